import type { ClientBase } from 'pg';
import { OvergrowError } from '@overgrow/core';
import { applyGroup, type ApplyContext, type ApplyGroup } from '../apply/apply-sink.ts';
import { decideTransaction, refusalOf, type TransactionDecision } from '../apply/decide-transaction.ts';
import type { LinkProgress } from '../apply/progress-store.ts';
import { renderLsn, type Lsn } from '../source/log-position.ts';
import type { ReplicationStream } from '../source/replication-source.ts';
import type { SourceChange, SourceTransaction, StreamItem } from '../source/source-transaction.ts';
import { linkError, type LinkFacts, type LinkOptions } from './link-options.ts';

/** Source transactions are grouped until this many changes; a larger one is a group of its own. */
const maxGroupChanges = 2000;
const closedRetryMs = 50;
const parentRetryMs = 250;

export interface StreamLinkOptions {
  readonly options: LinkOptions;
  readonly context: ApplyContext;
  readonly stream: ReplicationStream;
  readonly receiver: ClientBase;
  readonly facts: LinkFacts;
  readonly progress: LinkProgress;
  readonly signal: AbortSignal;
  /** Called after every durable step. */
  readonly onProgress: () => void;
}

/**
 * The running link: takes what the stream has, decides transaction by transaction, applies groups, and acknowledges only
 * what is durable. Ends only by an error or the signal.
 */
export async function runStreamLink(running: StreamLinkOptions): Promise<never> {
  const { stream, facts, signal } = running;
  let progress = running.progress;
  for (;;) {
    const items = await stream.next(signal);
    facts.serverLsn = max(facts.serverLsn, stream.serverLsn);
    facts.oldestWaitingMs = oldestCommitMs(items);
    for (const group of groupItems(items, progress, running)) {
      if (group.durable) await applyUntilAccepted(running, { changes: group.changes, from: progress, to: group.to });
      progress = group.to;
      facts.progress = progress;
      facts.open = progress.open;
      facts.changesApplied += group.changes.length;
      facts.appliedLsn = max(facts.appliedLsn, group.endLsn);
      running.context.faults.reach('cdc.apply.after-commit');
      stream.acknowledge(group.endLsn);
      running.onProgress();
    }
    facts.oldestWaitingMs = null;
  }
}

interface PlannedGroup {
  readonly changes: readonly SourceChange[];
  readonly to: LinkProgress;
  /** Where everything before is done with. */
  readonly endLsn: Lsn;
  /** Something must become durable before `endLsn` may be acknowledged. */
  readonly durable: boolean;
}

/** Decides item by item; yields a group when it is large enough, and what is left at the end. */
function* groupItems(
  items: readonly StreamItem[],
  from: LinkProgress,
  running: StreamLinkOptions,
): Generator<PlannedGroup> {
  let to = from;
  let changes: SourceChange[] = [];
  let durable = false;
  let endLsn = 0n;
  for (const item of items) {
    endLsn = item.endLsn;
    if (item.kind !== 'transaction') {
      if (item.kind === 'message') reportRefusal(item.message, running);
      continue;
    }
    if (item.endLsn <= from.position) continue;
    const decision = decideTransaction(item, { ...running.options, tables: running.context.tables }, to.open);
    expectKnownColumns(decision.apply, running.context);
    noteViolations(decision, item, running);
    changes.push(...decision.apply);
    if (decision.apply.length > 0 || decision.open !== to.open || decision.barrier !== undefined || decision.opened) {
      durable = true;
      const barrierAttempt = decision.barrier?.attempt ?? to.barrierAttempt;
      to = { ...to, position: item.endLsn, open: decision.open, barrierAttempt };
    }
    if (changes.length < maxGroupChanges) continue;
    yield { changes, to, endLsn, durable };
    changes = [];
    durable = false;
  }
  if (endLsn > 0n) yield { changes, to, endLsn, durable };
}

/**
 * Two refusals end by themselves while the connection stands: the receiver's control row says for a moment that this
 * direction is closed, while a flip is on its way; a row's parent, which something else brings, is not there yet.
 */
async function applyUntilAccepted(running: StreamLinkOptions, group: ApplyGroup): Promise<void> {
  const { facts, options, signal } = running;
  for (;;) {
    try {
      facts.missingRows += await applyGroup(running.receiver, running.context, group);
      facts.state = { kind: 'streaming' };
      return;
    } catch (error) {
      if (!(error instanceof OvergrowError)) throw error;
      if (error.code === 'CDC_PARENT_MISSING') {
        if (facts.state.kind !== 'waiting') options.logger.warn(error.message, { code: error.code });
        facts.state = { kind: 'waiting', error: linkError(error) };
        running.onProgress();
        await options.clock.sleep(parentRetryMs, signal);
      } else if (error.code === 'CDC_DIRECTION_CLOSED') {
        await options.clock.sleep(closedRetryMs, signal);
      } else {
        throw error;
      }
    }
  }
}

/** An absent column would be taken for a large value that did not change; so a dropped or renamed one must be told apart. */
function expectKnownColumns(changes: readonly SourceChange[], context: ApplyContext): void {
  for (const change of changes) {
    if (change.kind === 'message' || change.kind === 'truncate') continue;
    const { relation } = change;
    const name = `${relation.schema}.${relation.name}`;
    const gone = context.tables
      .get(name)
      ?.reads.filter((read) => !relation.columns.some((column) => column.name === read));
    if (gone === undefined || gone.length === 0) continue;
    throw new OvergrowError(
      'CDC_SCHEMA_CHANGED',
      `${name} no longer has ${gone.join(', ')}, which the mapping reads.`,
      {
        hint: 'Correct the mapping in overgrow.yaml to the new columns, apply it, and start the bridge again.',
      },
    );
  }
}

function noteViolations(
  decision: TransactionDecision,
  transaction: SourceTransaction,
  running: StreamLinkOptions,
): void {
  if (decision.violations.length === 0) return;
  running.facts.violations += decision.violations.length;
  running.options.logger.warn('writes outside the open stretch: not applied', {
    direction: running.options.direction,
    tables: [...new Set(decision.violations)],
    changes: decision.violations.length,
    position: renderLsn(transaction.endLsn),
  });
}

function reportRefusal(message: Parameters<typeof refusalOf>[0], running: StreamLinkOptions): void {
  const refusal = refusalOf(message, running.options);
  if (refusal !== undefined) running.options.logger.warn('the guard refused a write', { ...refusal });
}

function oldestCommitMs(items: readonly StreamItem[]): number | null {
  const first = items.find((item) => item.kind === 'transaction');
  return first?.kind === 'transaction' ? Number(first.commitTimeUs / 1000n) : null;
}

const max = (a: Lsn, b: Lsn) => (a > b ? a : b);
