import type { ClientBase } from 'pg';
import { OvergrowError } from '@overgrow/core';
import type { ApplyContext } from '../apply/apply-sink.ts';
import { readProgress, resetProgress, type LinkProgress } from '../apply/progress-store.ts';
import { linkSessionName, publicationName } from '../connection/names.ts';
import { openSession } from '../connection/session-client.ts';
import { runFirstCopy } from '../copy/first-copy-client.ts';
import { parseLsn, renderLsn } from '../source/log-position.ts';
import { openReplicationStream } from '../source/replication-source.ts';
import { takeSlot, type SlotState } from '../source/slot-client.ts';
import { readSlotName } from './link-objects-client.ts';
import type { LinkFacts, LinkOptions } from './link-options.ts';
import { becomeOnlyLink } from './only-link-client.ts';
import { runStreamLink } from './stream-link-client.ts';

export interface RunOptions {
  readonly options: LinkOptions;
  readonly leaseEpoch: number;
  readonly facts: LinkFacts;
  readonly signal: AbortSignal;
  /** The link copies or streams. */
  readonly onStarted: () => void;
  readonly onProgress: () => void;
}

/**
 * One life of a link, from connecting to its end by an error or the signal: read the durable progress, copy if that is
 * missing, take the slot, stream from where the receiver is.
 */
export async function runLink(run: RunOptions): Promise<never> {
  const { options, leaseEpoch, facts, signal } = run;
  const { context, scope, direction } = options;
  const applicationName = linkSessionName(context, direction, leaseEpoch);
  facts.oldestWaitingMs ??= options.clock.nowMs();
  const resolved = await options.resolve();
  await using receiver = await openSession({ url: options.receiverUrl, applicationName });
  await using giver = await openSession({ url: options.giverUrl, applicationName });
  const apply: ApplyContext = {
    ...resolved,
    ref: { context, scope, direction },
    leaseEpoch,
    logger: options.logger,
    faults: options.faults,
  };
  const clients = { receiver: receiver.client, giver: giver.client };
  await becomeOnlyLink(clients, apply.ref, leaseEpoch, options.clock);
  const slot = await readSlotName(giver.client, context, direction);
  let progress = await readProgress(receiver.client, apply.ref);
  if (direction === 'forward' && progress?.copied !== true) {
    facts.state = { kind: 'copying', rowsCopied: 0, tablesDone: 0, tables: apply.tables.size };
    run.onStarted();
    progress = await runFirstCopy({
      context: apply,
      clock: options.clock,
      giverUrl: options.giverUrl,
      applicationName,
      giver: giver.client,
      receiver: receiver.client,
      slot,
      signal,
      onProgress: (copied) => {
        facts.state = { kind: 'copying', ...copied };
        run.onProgress();
      },
    });
  }
  const state = await takeSlot(giver.client, slot, leaseEpoch, options.clock);
  progress ??= await beginReverse(receiver.client, apply, slot, state);
  await expectReachable(giver.client, progress, facts);
  await using stream = await openReplicationStream({
    url: options.giverUrl,
    applicationName,
    slot,
    publication: publicationName(context, direction),
    startAt: progress.position,
    clock: options.clock,
  });
  Object.assign(facts, { state: { kind: 'streaming' }, open: progress.open, progress } satisfies Partial<LinkFacts>);
  facts.appliedLsn = progress.position > state.confirmedLsn ? progress.position : state.confirmedLsn;
  run.onStarted();
  run.onProgress();
  const lost = AbortSignal.any([signal, receiver.lost, giver.lost]);
  return await runStreamLink({ ...run, context: apply, stream, receiver: receiver.client, progress, signal: lost });
}

/** The way back begins closed, where its slot begins: an opening marker in the service's log opens it. */
async function beginReverse(
  receiver: ClientBase,
  apply: ApplyContext,
  slot: string,
  state: SlotState,
): Promise<LinkProgress> {
  const progress: LinkProgress = {
    slot,
    position: state.confirmedLsn,
    open: false,
    copied: true,
    barrierAttempt: null,
  };
  await resetProgress(receiver, apply.ref, progress);
  return progress;
}

/** @throws CDC_POSITION_AHEAD when the receiver knows a future of the giver: a restored backup, or another server. */
async function expectReachable(giver: ClientBase, progress: LinkProgress, facts: LinkFacts): Promise<void> {
  const { rows } = await giver.query<{ lsn: string }>('select pg_current_wal_flush_lsn()::text as lsn');
  const current = parseLsn(rows[0]?.lsn ?? '0/0');
  facts.serverLsn = current;
  if (progress.position <= current) return;
  throw new OvergrowError(
    'CDC_POSITION_AHEAD',
    `The receiver has applied up to ${renderLsn(progress.position)}, but the giver's log ends at ${renderLsn(current)}.`,
    { hint: 'The giver was restored from a backup or is another server: take a new first copy.' },
  );
}
