import { OvergrowError, type LinkStatus } from '@overgrow/core';
import { databaseError, disposition } from '../connection/database-error.ts';
import { renderLsn, type Lsn } from '../source/log-position.ts';
import { runLink } from './run-link-client.ts';
import { linkError, type LinkFacts, type LinkOptions } from './link-options.ts';

/** One direction of a context's bridge, kept running over interruptions until it is stopped or halts. */
export interface Link {
  /** Resolves when it copies or streams for the first time, or tries again. @throws the error that halted it at once. */
  start(leaseEpoch: number): Promise<void>;
  stop(): Promise<void>;
  /** `serverLsn`: the end of the giver's log when it was just asked; else what the stream told last counts. */
  status(serverLsn?: Lsn): LinkStatus;
  /** Durable progress as this link knows it; null while it does not run. */
  facts(): Readonly<LinkFacts>;
  /** Resolves when something became durable, the state changed, or the time is over. */
  changed(timeoutMs: number, signal: AbortSignal): Promise<void>;
}

const firstRetryMs = 50;
const longestRetryMs = 5_000;

export function createLink(options: LinkOptions): Link {
  const facts: LinkFacts = {
    state: { kind: 'stopped' },
    open: false,
    progress: null,
    appliedLsn: 0n,
    serverLsn: 0n,
    oldestWaitingMs: null,
    changesApplied: 0,
    violations: 0,
    missingRows: 0,
  };
  const waiting = new Set<() => void>();
  const notify = () => {
    for (const resolve of waiting) resolve();
    waiting.clear();
  };
  let stopping: AbortController | undefined;
  let life: Promise<void> = Promise.resolve();

  /** Runs until stopped or halted; what may pass is tried again, later and later. */
  const live = async (leaseEpoch: number, signal: AbortSignal, onStarted: () => void): Promise<void> => {
    let retryMs = firstRetryMs;
    const startedAgain = () => {
      // A first copy that begins has shown nothing yet.
      if (facts.state.kind === 'streaming') retryMs = firstRetryMs;
      onStarted();
      notify();
    };
    while (!signal.aborted) {
      try {
        await runLink({ options, leaseEpoch, facts, signal, onStarted: startedAgain, onProgress: notify });
      } catch (error) {
        if (signal.aborted) break;
        const fault = databaseError(error, `The ${options.direction} link of ${options.context} was interrupted`);
        if (disposition(fault) !== 'retry') {
          halt(fault);
          return;
        }
        options.logger.warn(fault.message, { code: fault.code, retryMs });
        facts.state = { kind: 'reconnecting', error: linkError(fault) };
        // What commits from now on is not applied: the lag grows until the stream has caught up again.
        facts.oldestWaitingMs ??= options.clock.nowMs();
        onStarted();
        notify();
        await options.clock.sleep(retryMs, signal).catch(() => {});
        retryMs = Math.min(retryMs * 2, longestRetryMs);
      }
    }
    facts.state = { kind: 'stopped' };
    notify();
  };
  const halt = (fault: OvergrowError) => {
    options.logger.error(fault.message, { code: fault.code, hint: fault.hint });
    facts.state = { kind: 'halted', error: linkError(fault) };
    notify();
  };

  return {
    start: async (leaseEpoch) => {
      if (stopping !== undefined && facts.state.kind !== 'halted' && facts.state.kind !== 'stopped') return;
      await life;
      const stop = new AbortController();
      stopping = stop;
      await new Promise<void>((resolve) => {
        life = live(leaseEpoch, stop.signal, resolve).finally(resolve);
      });
    },
    stop: async () => {
      stopping?.abort(new OvergrowError('CDC_CONNECTION_LOST', 'The bridge was stopped.'));
      await life;
      stopping = undefined;
      facts.state = { kind: 'stopped' };
    },
    status: (serverLsn = facts.serverLsn) => renderStatus(options, facts, serverLsn),
    facts: () => facts,
    changed: (timeoutMs, signal) =>
      Promise.race([new Promise<void>((resolve) => waiting.add(resolve)), options.clock.sleep(timeoutMs, signal)]),
  };
}

function renderStatus({ direction, clock }: LinkOptions, facts: LinkFacts, serverLsn: Lsn): LinkStatus {
  const behind = serverLsn > facts.appliedLsn ? Number(serverLsn - facts.appliedLsn) : 0;
  return {
    direction,
    state: facts.state,
    open: facts.open,
    appliedPosition: facts.appliedLsn === 0n ? null : renderLsn(facts.appliedLsn),
    lagBytes: behind,
    lagMs: facts.oldestWaitingMs === null ? 0 : Math.max(0, clock.nowMs() - facts.oldestWaitingMs),
    changesApplied: facts.changesApplied,
    violations: facts.violations,
    missingRows: facts.missingRows,
  };
}
