import { OvergrowError, type FenceReport, type ReleaseReport } from '@overgrow/core';
import type { BackendStatus, ProxyStatus, RouteStatus } from '../admin/proxy-status.ts';
import type { GateMode } from '../gate/gate.ts';

/** What all workers together answered, as one proxy would have. Pure. */

export function mergeFenceReports(reports: readonly FenceReport[]): FenceReport {
  return {
    waitedFor: sum(reports, ({ waitedFor }) => waitedFor),
    waitedMs: Math.max(0, ...reports.map(({ waitedMs }) => waitedMs)),
    heldNow: sum(reports, ({ heldNow }) => heldNow),
  };
}

export function mergeReleaseReports(reports: readonly ReleaseReport[]): ReleaseReport {
  return {
    released: sum(reports, ({ released }) => released),
    gone: sum(reports, ({ gone }) => gone),
    longestHeldMs: Math.max(0, ...reports.map(({ longestHeldMs }) => longestHeldMs)),
  };
}

/** Nobody is there to answer for all. */
export function noWorker(): OvergrowError {
  return new OvergrowError('PROXY_NOT_READY', 'No worker of the proxy is running at this moment.');
}

/** Counts and rates add up; quantiles are the slowest worker's, since quantiles of parts have no sum. */
export function mergeStatuses(statuses: readonly ProxyStatus[]): ProxyStatus {
  const [first] = statuses;
  if (first === undefined) throw noWorker();
  const gates = statuses.map(({ gate }) => gate);
  const heldByRoute: Record<string, number> = {};
  for (const gate of gates) {
    for (const [route, held] of Object.entries(gate.heldByRoute)) heldByRoute[route] = (heldByRoute[route] ?? 0) + held;
  }
  return {
    ...first,
    gate: {
      mode: weakest(gates.map(({ mode }) => mode)),
      held: sum(gates, ({ held }) => held),
      heldByRoute,
      heldBytes: sum(gates, ({ heldBytes }) => heldBytes),
      unfinished: sum(gates, ({ unfinished }) => unfinished),
      attempts: first.gate.attempts,
    },
    upgradedOpen: sum(statuses, ({ upgradedOpen }) => upgradedOpen),
    routes: first.routes.map((route, index) =>
      mergeRoutes(
        route,
        statuses.flatMap(({ routes }) => routes[index] ?? []),
      ),
    ),
  };
}

function mergeRoutes(route: RouteStatus, all: readonly RouteStatus[]): RouteStatus {
  return {
    ...route,
    held: sum(all, ({ held }) => held),
    backends: route.backends.map((backend, index) =>
      mergeBackends(
        backend,
        all.flatMap(({ backends }) => backends[index] ?? []),
      ),
    ),
  };
}

function mergeBackends(backend: BackendStatus, all: readonly BackendStatus[]): BackendStatus {
  return {
    ...backend,
    requests: sum(all, ({ requests }) => requests),
    errors: sum(all, ({ errors }) => errors),
    ratePerSecond: sum(all, ({ ratePerSecond }) => ratePerSecond),
    errorsPerSecond: sum(all, ({ errorsPerSecond }) => errorsPerSecond),
    p50Ms: slowest(all.map(({ p50Ms }) => p50Ms)),
    p99Ms: slowest(all.map(({ p99Ms }) => p99Ms)),
  };
}

/** A fence is in force when it is in every worker. */
function weakest(modes: readonly GateMode[]): GateMode {
  const order: readonly GateMode[] = ['unlearned', 'open', 'armed', 'fencing'];
  return order.find((mode) => modes.includes(mode)) ?? 'unlearned';
}

function slowest(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : Math.max(...known);
}

function sum<T>(values: readonly T[], read: (value: T) => number): number {
  return values.reduce((total, value) => total + read(value), 0);
}
