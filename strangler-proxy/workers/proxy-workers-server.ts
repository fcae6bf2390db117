import { createServer, type Socket } from 'node:net';
import {
  ownershipKey,
  OvergrowError,
  silentLogger,
  systemClock,
  type AttemptRef,
  type Clock,
  type FenceReport,
  type Logger,
  type Manifest,
  type OwnershipRecord,
  type ReleaseReport,
  type TrafficPort,
} from '@overgrow/core';
import { AggregatorRegistry, Registry } from 'prom-client';
import type { ProxyStatus } from '../admin/proxy-status.ts';
import { listen, type ListenAddress } from '../front/listening-server.ts';
import type { ExplainRequest, Explanation } from '../routing/explain.ts';
import { mergeFenceReports, mergeReleaseReports, mergeStatuses, noWorker } from './merge-answers.ts';
import { startWorker, type WorkerHandle } from './worker-handle-process.ts';
import { leaseTellMs, type CallName, type WorkerCalls } from './worker-messages.ts';

export interface ProxyWorkersOptions {
  readonly manifest: Manifest;
  /** Of the manifest: paths in it are relative to that. */
  readonly baseFolder?: string;
  readonly workers: number;
  readonly leaseIsLive: () => boolean;
  readonly onHoldExpired: (ref: AttemptRef) => void;
  readonly clock?: Clock;
  readonly logger?: Logger;
  readonly execArgv?: readonly string[];
}

/** One front door, several processes. */
export interface ProxyWorkers extends AsyncDisposable {
  /** Opens the port when every worker is ready. @throws PROXY_LISTEN_FAILED */
  start(): Promise<ListenAddress>;
  /** Takes no new connections; workers finish what is under way, within their limit. */
  stop(): Promise<void>;
  /** Every call resolves when every worker has acknowledged, and rejects when one of them is lost before. */
  readonly traffic: TrafficPort;
  /** New workers with this manifest take the connections from now on; the others drain. @throws PROXY_ATTEMPT_UNFINISHED */
  reload(manifest: Manifest): Promise<void>;
  /** Of all workers together. @throws PROXY_NOT_READY while there is none */
  status(): Promise<ProxyStatus>;
  explain(request: ExplainRequest): Promise<Explanation>;
  /** Prometheus text, of all workers together. */
  readonly metrics: { readonly contentType: string; metrics(): Promise<string> };
  isReady(): boolean;
  readonly pids: readonly number[];
}

/** A worker that ended sooner than this after its start is replaced only after as long. */
const restMs = 1_000;

/**
 * The supervisor. It owns the listening socket, so that no death of a worker closes it, and hands each connection to the next
 * worker, unread; what a worker has not taken when it dies goes to another. What is in force is replayed to each new worker
 * before its first connection.
 */
export function createProxyWorkers(options: ProxyWorkersOptions): ProxyWorkers {
  const clock = options.clock ?? systemClock;
  const logger = options.logger ?? silentLogger;
  const execArgv = options.execArgv ?? process.execArgv;
  /** All that live, draining ones included: a fence needs every one of them. */
  const all = new Set<WorkerHandle>();
  /** Those that take connections, in turn. */
  let taking: WorkerHandle[] = [];
  let turn = 0;
  /** Connections that came while no worker was there to take them. */
  const waiting: Socket[] = [];
  const records = new Map<string, OwnershipRecord>();
  let learned = false;
  const weights = new Map<string, WorkerCalls['setWeight']>();
  const attempts = new Map<string, { stage: 'arm' | 'fence'; ref: AttemptRef }>();
  let manifest = options.manifest;
  let stopping: Promise<void> | undefined;
  const stopped = new AbortController();

  // Paused: not an octet is read here.
  const server = createServer({ pauseOnConnect: true, allowHalfOpen: true, noDelay: true }, give);

  function give(socket: Socket): void {
    socket.on('error', () => socket.destroy());
    const worker = taking[turn++ % Math.max(1, taking.length)];
    if (worker === undefined) waiting.push(socket);
    else worker.give(socket);
  }

  async function addWorker(): Promise<void> {
    const bornMs = clock.elapsedMs();
    const worker = startWorker(
      manifest,
      options.baseFolder ?? '.',
      {
        logger,
        onHoldExpired: options.onHoldExpired,
        onEnded: (orphans) => {
          all.delete(worker);
          const took = taking.includes(worker);
          taking = taking.filter((each) => each !== worker);
          for (const socket of orphans) give(socket);
          if (stopping === undefined && took) replace(worker, clock.elapsedMs() - bornMs < restMs ? restMs : 0);
        },
      },
      execArgv,
    );
    all.add(worker);
    await worker.ready;
    await bringUpToDate(worker);
    taking.push(worker);
    for (const socket of waiting.splice(0)) give(socket);
  }

  function replace({ pid }: WorkerHandle, afterMs: number): void {
    logger.error('A worker has ended; another one takes its place.', { pid });
    startAnother(afterMs);
  }

  function startAnother(afterMs: number): void {
    clock
      .sleep(afterMs, stopped.signal)
      .then(addWorker)
      .catch((error: unknown) => {
        if (stopping !== undefined) return;
        logger.error('A worker could not be started; it is tried again.', { error: String(error) });
        startAnother(restMs);
      });
  }

  /** What is in force, before its first connection. Again while it changed meanwhile. */
  async function bringUpToDate(worker: WorkerHandle): Promise<void> {
    if (learned) await worker.call('learn', [...records.values()]);
    for (const weight of weights.values()) await worker.call('setWeight', weight);
    for (const { stage, ref } of attempts.values()) await worker.call(stage, ref);
    worker.tellLease(options.leaseIsLive());
  }

  async function callAll<Name extends CallName>(
    name: Name,
    argument: WorkerCalls[Name],
    signal?: AbortSignal,
  ): Promise<unknown[]> {
    return await Promise.all(
      [...all].map(async (worker) => {
        await worker.ready;
        return await worker.call(name, argument, signal);
      }),
    );
  }

  async function enter(stage: 'arm' | 'fence', ref: AttemptRef, signal?: AbortSignal): Promise<unknown[]> {
    const key = ownershipKey(ref);
    // From here on a new worker begins with it.
    const before = attempts.get(key);
    if (before === undefined || before.ref.attempt <= ref.attempt) attempts.set(key, { stage, ref });
    watchLease();
    try {
      return await callAll(stage, ref, signal);
    } catch (error) {
      if (isRefusal(error)) {
        if (before === undefined) attempts.delete(key);
        else attempts.set(key, before);
      }
      throw error;
    }
  }

  function leave(ref: AttemptRef): void {
    const key = ownershipKey(ref);
    if ((attempts.get(key)?.ref.attempt ?? Number.POSITIVE_INFINITY) <= ref.attempt) attempts.delete(key);
  }

  function remember(record: OwnershipRecord): void {
    const known = records.get(ownershipKey(record));
    if (known === undefined || known.epoch <= record.epoch) records.set(ownershipKey(record), record);
  }

  let watching = false;
  /** Workers ask for the lease without waiting, so they are told of it while an attempt is in force. */
  function watchLease(): void {
    for (const worker of all) worker.tellLease(options.leaseIsLive());
    if (watching) return;
    watching = true;
    clock.sleep(leaseTellMs, stopped.signal).then(
      () => {
        watching = false;
        if (attempts.size > 0) watchLease();
      },
      () => {},
    );
  }

  const stop = () =>
    (stopping ??= (async () => {
      stopped.abort();
      const closed = server.listening ? new Promise<void>((resolve) => server.close(() => resolve())) : undefined;
      for (const socket of waiting.splice(0)) socket.destroy();
      for (const worker of all) worker.drain();
      await Promise.all([...all].map(async (worker) => await worker.ended));
      await closed;
    })());

  const addAll = async () => await Promise.all(Array.from({ length: options.workers }, addWorker));

  return {
    start: async () => {
      await addAll();
      return await listen(server, manifest.proxy.listen, manifest.proxy.tls === undefined ? 'http' : 'https');
    },
    stop,
    [Symbol.asyncDispose]: stop,
    traffic: {
      learn: async (given) => {
        learned = true;
        for (const record of given) remember(record);
        await callAll('learn', given);
      },
      arm: async (ref) => void (await enter('arm', ref)),
      fence: async (ref, signal) => mergeFenceReports((await enter('fence', ref, signal)) as FenceReport[]),
      release: async (ref, record) => {
        remember(record);
        leave(ref);
        return mergeReleaseReports((await callAll('release', { ref, record })) as ReleaseReport[]);
      },
      withdraw: async (ref) => {
        leave(ref);
        return mergeReleaseReports((await callAll('withdraw', ref)) as ReleaseReport[]);
      },
      setWeight: async (scope, weight) => {
        weights.set(scope.context, { scope, weight });
        await callAll('setWeight', { scope, weight });
      },
    },
    reload: async (next) => {
      if (attempts.size > 0) throw attemptInForce();
      const old = [...taking];
      manifest = next;
      // The old ones go on taking connections until the new ones can.
      await addAll();
      taking = taking.filter((worker) => !old.includes(worker));
      for (const worker of old) worker.drain();
    },
    status: async () => mergeStatuses((await callAll('status', null)) as ProxyStatus[]),
    explain: async (request) => {
      const [worker] = all;
      if (worker === undefined) throw noWorker();
      return (await worker.call('explain', request)) as Explanation;
    },
    metrics: {
      contentType: Registry.PROMETHEUS_CONTENT_TYPE,
      metrics: async () => {
        const parts = await callAll('metrics', null);
        return await AggregatorRegistry.aggregate(parts as never).metrics();
      },
    },
    isReady: () => server.listening && stopping === undefined && learned && taking.length > 0,
    get pids() {
      return [...all].map(({ pid }) => pid);
    },
  };
}

/** The worker did not take the attempt; it was not lost, and not merely waited for too long. */
function isRefusal(error: unknown): boolean {
  return (
    error instanceof OvergrowError &&
    (error.code === 'PROXY_ATTEMPT_UNFINISHED' || error.code === 'PROXY_LONG_LIVED_OPEN')
  );
}

function attemptInForce(): OvergrowError {
  return new OvergrowError('PROXY_ATTEMPT_UNFINISHED', 'The proxy cannot reload while an attempt is in force.', {
    hint: 'Finish the attempt, or abandon it; then reload.',
  });
}
