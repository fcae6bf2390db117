import {
  OvergrowError,
  type AttemptKind,
  type AttemptRef,
  type Direction,
  type GateStatus,
  type OrchestratorStatus,
  type OwnershipRecord,
} from '@overgrow/core';
import { directionOf } from '../decider/evolve.ts';
import { evaluateGates } from '../gates/evaluate-gates.ts';
import { abortable, persist } from './abortable.ts';
import { advanceContext } from './advance-context.ts';
import { gatherEvidence } from './collect-evidence.ts';
import { concludeAttempt } from './conclude-attempt.ts';
import { collectStatus } from './collect-status.ts';
import { applyCommand, readRecord } from './records.ts';
import { runAttempt, type AttemptOutcome } from './run-attempt.ts';
import { isLeaseLost, openSession, type Session } from './session.ts';
import { createContextRun, inLane, problemOf, timing, type ContextRun, type Setup } from './setup.ts';

export interface AttemptPlan {
  readonly context: string;
  readonly kind: AttemptKind;
  readonly direction: Direction;
  readonly record: OwnershipRecord;
  /** What would happen, a sentence a step. */
  readonly steps: readonly string[];
  /** Every gate as it stands now. Nobody is named yet, so that this one gate is left out. */
  readonly gates: readonly GateStatus[];
}

export interface Orchestrator extends AsyncDisposable {
  /**
   * Takes the lease (waits for one that a crash left), tells the proxies all owners, and finishes what a crash left.
   * Resolves when requests may be admitted; contexts go on in the background. When an attempt cannot be finished, because a
   * database is down, it resolves after ten seconds all the same, and goes on trying: status says what for.
   */
  start(): Promise<void>;
  /** An attempt before its flip is abandoned, one after it finished; then bridges stop and the lease is given back. */
  stop(): Promise<void>;
  /** @throws CUTOVER_CONTEXT_UNKNOWN, CUTOVER_NOT_LEADING, STATE_LEASE_LOST. Everything expected is an outcome. */
  cutover(context: string, options: { readonly by: string }): Promise<AttemptOutcome>;
  /** The same back to the monolith. A dead service does not prevent it. */
  rollback(context: string, options: { readonly by: string }): Promise<AttemptOutcome>;
  /**
   * What a proxy asks for whose hold expired: the attempt is abandoned by a compare-and-set under the lease, and brought to
   * its end by whoever runs it. Without effect when the record says otherwise, or another process leads.
   * @throws STATE_LEASE_LOST, and what the store throws.
   */
  abandonExpired(ref: AttemptRef): Promise<'abandoned' | 'unchanged'>;
  /** What the next attempt would do and which gates fail; changes nothing. `kind`: what the owner suggests, when absent. */
  plan(context: string, kind?: AttemptKind): Promise<AttemptPlan>;
  status(): Promise<OrchestratorStatus>;
  /** Whether this process may act, by its own clock: an armed proxy asks it before each unsafe request. */
  leaseIsLive(): boolean;
}

export function createOrchestrator(setup: Setup): Orchestrator {
  const { store, clock, logger, limits, holder } = setup;
  const stopping = new AbortController();
  const runs = new Map<string, ContextRun>(
    [...new Set([...setup.contexts, ...setup.bridges.map(({ context }) => context)])].map((context) => [
      context,
      createContextRun(
        context,
        setup.bridges.find((bridge) => bridge.context === context),
      ),
    ]),
  );
  let session: Session | undefined;
  let led = false;
  let leading: Promise<void> | undefined;

  const runOf = (context: string): ContextRun => {
    const run = runs.get(context);
    if (run !== undefined) return run;
    throw new OvergrowError('CUTOVER_CONTEXT_UNKNOWN', `There is no context ${context}.`, {
      hint: `The manifest declares: ${[...runs.keys()].join(', ') || 'none'}.`,
      details: { context },
    });
  };

  const recover = async (current: Session): Promise<void> => {
    const persistence = { clock, logger, signal: current.signal, onFailure: () => {} };
    for (const run of runs.values()) {
      const { context, scope } = run;
      run.startedUnder = 0;
      run.learnedVersion = 0;
      await persist(
        'declaring',
        () => applyCommand(store, current, run, { kind: 'declare', context, scope }),
        persistence,
      );
    }
    const all = await persist('reading the records', () => store.list('ownership/'), persistence);
    const records = all.map(({ value }) => value as unknown as OwnershipRecord);
    await persist('telling the proxies', () => setup.traffic.learn(records), persistence);
    // The flip was recorded, or it was not: both are brought to their end before anything else is done.
    await Promise.all(
      [...runs.values()].map((run) =>
        inLane(run, () => concludeAttempt(setup, current, run, 'the process that ran it ended')),
      ),
    );
  };

  const lead = async (onReady: () => void): Promise<void> => {
    while (!stopping.signal.aborted) {
      const options = { store, clock, holder, ttlMs: limits.lease };
      const current = await openSession(options, stopping.signal);
      if (current === undefined) return;
      // `stop` may have come while the store was asked: it could not end a session that it did not know.
      if (stopping.signal.aborted) return current.end();
      session = current;
      led = true;
      logger.info('the lease is held', { leaseEpoch: current.lease.epoch });
      try {
        await recover(current);
        onReady();
        await Promise.all([...runs.values()].map((run) => advanceContext(setup, current, run)));
      } catch (error) {
        if (!current.signal.aborted) logger.error('leading failed', { ...problemOf(error) });
      }
      await current.end();
      await stopBridges();
    }
  };
  const stopBridges = async () => {
    for (const run of runs.values()) {
      run.startedUnder = 0;
      await run.bridge?.stop().catch((error: unknown) => logger.warn('a bridge did not stop', { ...problemOf(error) }));
    }
  };

  const attempt = async (context: string, kind: AttemptKind, by: string): Promise<AttemptOutcome> => {
    const run = runOf(context);
    const current = session;
    if (current === undefined || !current.isLive()) {
      throw new OvergrowError('CUTOVER_NOT_LEADING', `${holder} does not hold the lease of the orchestrator.`, {
        hint: 'Ask the process that does, or wait until its lease has expired.',
      });
    }
    if (run.attemptActive)
      return { kind: 'refused', reasons: ['another attempt of this context is under way'], gates: [] };
    run.attemptActive = true;
    run.pass.abort(new Error('an attempt begins'));
    try {
      return await inLane(run, () => runAttempt(setup, current, run, kind, by, stopping.signal));
    } catch (error) {
      if (isLeaseLost(error)) current.lose();
      throw error;
    } finally {
      run.attemptActive = false;
      run.step = null;
    }
  };

  const orchestrator: Orchestrator = {
    start: async () => {
      if (leading !== undefined) return;
      let ready = () => {};
      const isReady = new Promise<void>((resolve) => (ready = resolve));
      const patience = new AbortController();
      leading = lead(ready);
      const waited = isReadyInTime(isReady, patience.signal);
      await Promise.race([waited, leading]);
      patience.abort(new Error('ready'));
    },
    stop: async () => {
      stopping.abort(new OvergrowError('CUTOVER_STOPPED', 'The orchestrator was stopped.'));
      for (const run of runs.values()) run.pass.abort(new Error('stopping'));
      const lanes = Promise.all([...runs.values()].map((run) => run.lane));
      const limit = new AbortController();
      const cancel = new AbortController();
      const timer = clock.sleep(timing.stopPatienceMs, cancel.signal).then(
        () => limit.abort(new Error('out of patience')),
        () => {},
      );
      await abortable(lanes, limit.signal).catch(() => {});
      cancel.abort(new Error('stopped'));
      await timer;
      await session?.end();
      await leading;
    },
    cutover: (context, { by }) => attempt(context, 'cutover', by),
    rollback: (context, { by }) => attempt(context, 'rollback', by),
    abandonExpired: async (ref) => {
      const current = session;
      if (current === undefined || !current.isLive()) return 'unchanged';
      const reason = 'A proxy held requests for longer than it may.';
      const applied = await applyCommand(store, current, ref, { kind: 'abandon', attempt: ref.attempt, reason });
      return applied.kind === 'accepted' ? 'abandoned' : 'unchanged';
    },
    plan: async (context, asked) => {
      const run = runOf(context);
      const stored = await readRecord(store, run);
      if (stored === undefined) {
        throw new OvergrowError('CUTOVER_NOT_LEADING', `${context} has no record yet.`, {
          hint: 'Start `overgrow up` first.',
        });
      }
      const { record } = stored;
      const kind = asked ?? (record.owner === 'monolith' ? 'cutover' : 'rollback');
      const evidence = await gatherEvidence(setup, run, record, kind, null);
      const gates = evaluateGates(evidence).filter(({ name }) => name !== 'operator-named');
      return { context, kind, direction: directionOf(kind), record, steps: planSteps(kind, limits.maxFence), gates };
    },
    status: () =>
      collectStatus(setup, [...runs.values()], session, stopping.signal.aborted ? 'stopped' : led ? 'lost' : 'waiting'),
    leaseIsLive: () => session?.isLive() ?? false,
    [Symbol.asyncDispose]: () => orchestrator.stop(),
  };

  /** Patience starts when the lease is held: another holder's lease has to be waited for. */
  async function isReadyInTime(isReady: Promise<void>, ended: AbortSignal): Promise<void> {
    const outOfPatience = async () => {
      while (!ended.aborted && session === undefined) await clock.sleep(timing.firstRetryMs, ended);
      await clock.sleep(timing.recoveryPatienceMs, ended);
      logger.warn('starting without the end of an attempt that a crash left; it is tried on');
    };
    await Promise.race([isReady, outOfPatience().catch(() => {})]);
  }

  return orchestrator;
}

function planSteps(kind: AttemptKind, maxFenceMs: number): readonly string[] {
  const [giver, receiver] = kind === 'cutover' ? ['monolith', 'service'] : ['service', 'monolith'];
  return [
    'Arm: every proxy and both databases acknowledge the attempt.',
    `Fence: unsafe requests are held, at most ${maxFenceMs} ms, and those under way finish.`,
    `Barrier: the ${giver}'s database refuses further writes and marks its log.`,
    `Drain and check: everything up to the mark is in the ${receiver}'s database, and equal; sequences move past.`,
    `Flip: the record names the ${receiver} as the owner. Before it everything is undone on a failure, after it finished.`,
    `Open and release: the ${receiver}'s database accepts writes, held requests go to the ${receiver} in order.`,
  ];
}
