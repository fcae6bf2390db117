import {
  Counter,
  Gauge,
  Histogram,
  Registry,
  type MetricObjectWithValues,
  type MetricType,
  type MetricValueWithName,
} from 'prom-client';
import type { GateStatus } from '../gate/gatekeeper.ts';
import type { ContextInForce } from '../routing/decide-side.ts';
import { ExchangeStats } from './exchange-stats.ts';

export interface MetricSources {
  readonly nowMs: () => number;
  readonly gate: () => GateStatus;
  readonly contexts: () => ReadonlyMap<string, ContextInForce>;
  readonly upgradedOpen: () => number;
}

const classNames = ['left', '1xx', '2xx', '3xx', '4xx', '5xx'];
/** Powers of two microseconds, from about 0.25 ms to 67 s, where the histogram counts exactly. */
const limitsMs = Array.from({ length: 19 }, (_, index) => 2 ** (index + 8) / 1000);

export type TrafficMetrics = ReturnType<typeof createTrafficMetrics>;

/**
 * Prometheus metrics. The hot path counts in plain arrays; prom-client reads them when it is asked. Labels are bounded:
 * routes and backends of the manifest, five status classes, the reasons of this code.
 */
export function createTrafficMetrics(sources: MetricSources) {
  const registry = new Registry();
  const registers = [registry];
  const stats: ExchangeStats[] = [];
  const refused = new Counter({
    name: 'overgrow_proxy_refused_total',
    help: 'Requests answered by the proxy itself.',
    labelNames: ['reason'],
    registers,
  });
  const answered = new Counter({
    name: 'overgrow_proxy_answered_total',
    help: 'Requests that a filter answered: redirects and preflights.',
    labelNames: ['route'],
    registers,
  });
  const accessLogDropped = new Counter({
    name: 'overgrow_proxy_access_log_dropped_total',
    help: 'Lines of the access log that were lost: its disk was full or slow.',
    registers,
  });
  const retried = new Counter({
    name: 'overgrow_proxy_retried_total',
    help: 'Requests sent once more: safe ones after a stale connection, and any that the backend refused unprocessed.',
    labelNames: ['backend'],
    registers,
  });

  new Counter({
    name: 'overgrow_proxy_requests_total',
    help: 'Requests by route, backend and class of status; left: the client went before its answer was complete.',
    labelNames: ['route', 'backend', 'class'],
    registers,
    collect() {
      this.reset();
      for (const { route, backend, byClass } of stats) {
        classNames.forEach((name, index) => {
          const count = byClass[index] ?? 0;
          if (count > 0) this.inc({ route, backend, class: name }, count);
        });
      }
    },
  });
  registry.registerMetric(new PrecountedHistogram(stats));
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });
  gauge('overgrow_proxy_held', 'Requests that a fence holds now.', () => sources.gate().held);
  gauge('overgrow_proxy_unfinished', 'Unsafe requests admitted and not finished.', () => sources.gate().unfinished);
  gauge('overgrow_proxy_upgraded_open', 'Upgraded connections that are open.', sources.upgradedOpen);
  new Gauge({
    name: 'overgrow_proxy_gate_mode',
    help: 'One for the mode in force.',
    labelNames: ['mode'],
    registers,
    collect() {
      const { mode } = sources.gate();
      for (const name of ['unlearned', 'open', 'armed', 'fencing']) this.set({ mode: name }, name === mode ? 1 : 0);
    },
  });
  const perContext = (name: string, help: string, read: (context: ContextInForce) => number) =>
    new Gauge({
      name,
      help,
      labelNames: ['context'],
      registers,
      collect() {
        for (const [context, inForce] of sources.contexts()) this.set({ context }, read(inForce));
      },
    });
  perContext('overgrow_proxy_owner_epoch', 'Epoch of the owner in force.', ({ epoch }) => epoch);
  perContext('overgrow_proxy_service_owns', 'One where the service owns the context.', ({ owner }) =>
    owner === 'service' ? 1 : 0,
  );

  return {
    registry,
    refused: (reason: string): void => refused.inc({ reason }),
    accessLogDropped: (lines: number): void => accessLogDropped.inc(lines),
    answered: (route: string): void => answered.inc({ route }),
    retried: (backend: string): void => retried.inc({ backend }),
    statsFor: (route: string, backend: string): ExchangeStats => {
      const made = new ExchangeStats(route, backend, sources.nowMs());
      stats.push(made);
      return made;
    },
    all: (): readonly ExchangeStats[] => stats,
  };
}

type HistogramValues = MetricObjectWithValues<MetricValueWithName<'route' | 'backend'>>;
const durationHelp = 'From the request head to the end of the answer, time held included.';

/** A histogram whose counts were made elsewhere. */
class PrecountedHistogram extends Histogram<'route' | 'backend'> {
  readonly #stats: readonly ExchangeStats[];

  constructor(stats: readonly ExchangeStats[]) {
    super({
      name: 'overgrow_proxy_request_duration_seconds',
      help: durationHelp,
      labelNames: ['route', 'backend'],
      registers: [],
    });
    this.#stats = stats;
  }

  /** The name under which the registry asks histograms for the text format. */
  getForPromString(): Promise<HistogramValues> {
    return this.get();
  }

  override async get(): Promise<HistogramValues> {
    const name = 'overgrow_proxy_request_duration_seconds';
    const values = this.#stats.flatMap(({ route, backend, total }) => {
      const labels = { route, backend };
      const buckets = limitsMs.map((limitMs) => ({
        metricName: `${name}_bucket`,
        labels: { ...labels, le: limitMs / 1000 },
        value: total.countAtMost(limitMs),
      }));
      return [
        ...buckets,
        { metricName: `${name}_bucket`, labels: { ...labels, le: '+Inf' }, value: total.count },
        { metricName: `${name}_sum`, labels, value: total.sumMs / 1000 },
        { metricName: `${name}_count`, labels, value: total.count },
      ];
    });
    // prom-client's types say that a type is a number; its code reads the word.
    const type = 'histogram' as unknown as MetricType;
    return { name, help: durationHelp, type, aggregator: 'sum', collect: () => {}, values };
  }
}
