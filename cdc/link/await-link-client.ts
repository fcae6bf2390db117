import {
  OvergrowError,
  receiverOf,
  type AttemptRef,
  type Direction,
  type ErrorCode,
  type LogPosition,
} from '@overgrow/core';
import { readProgress } from '../apply/progress-store.ts';
import { openSession } from '../connection/session-client.ts';
import { parseLsn, type Lsn } from '../source/log-position.ts';
import { readSlot } from '../source/slot-client.ts';
import { readSlotName } from './link-objects-client.ts';
import type { Link } from './link.ts';

const pollMs = 50;

/**
 * Resolves when the barrier of this attempt is recorded in the receiver's progress row, together with everything before it.
 * The row is what counts, so a barrier that was applied before a restart is found too.
 * @throws the signal's reason; the error that halted the link.
 */
export async function awaitBarrier(
  link: Link,
  receiverUrl: string,
  ref: AttemptRef,
  direction: Direction,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    signal.throwIfAborted();
    const { state } = link.status();
    if (state.kind === 'halted') throw haltedError(ref.context, direction, state.error);
    const progress = state.kind === 'stopped' ? await readStored(receiverUrl, ref, direction) : link.facts().progress;
    if (progress?.barrierAttempt === ref.attempt) return;
    await link.changed(pollMs, signal);
  }
}

async function readStored(url: string, ref: AttemptRef, direction: Direction) {
  await using session = await openSession({ url, applicationName: `overgrow ${ref.context} drain` });
  return await readProgress(session.client, { context: ref.context, scope: ref.scope, direction });
}

/**
 * Resolves when everything up to this position of the giver's log is applied, or does not concern the link. A link that
 * another process runs is known by what it has acknowledged.
 * @throws the signal's reason; the error that halted the link.
 */
export async function awaitApplied(
  link: Link,
  giverUrl: string,
  context: string,
  direction: Direction,
  position: LogPosition,
  signal: AbortSignal,
): Promise<void> {
  const target = parseLsn(position);
  for (;;) {
    signal.throwIfAborted();
    const { state } = link.status();
    if (state.kind === 'halted') throw haltedError(context, direction, state.error);
    const applied =
      state.kind === 'stopped' ? await readAcknowledged(giverUrl, context, direction) : link.facts().appliedLsn;
    if (applied >= target) return;
    await link.changed(pollMs, signal);
  }
}

async function readAcknowledged(url: string, context: string, direction: Direction): Promise<Lsn> {
  await using session = await openSession({ url, applicationName: `overgrow ${context} verify` });
  const slot = await readSlot(session.client, await readSlotName(session.client, context, direction));
  return slot?.confirmedLsn ?? 0n;
}

/** A halted link's error again, for whoever waits for it. */
export function haltedError(
  context: string,
  direction: Direction,
  error: { readonly code: string; readonly message: string; readonly hint?: string },
): OvergrowError {
  const options = error.hint === undefined ? {} : { hint: error.hint };
  const side = receiverOf(direction);
  return new OvergrowError(
    error.code as ErrorCode,
    `The ${direction} link of ${context} into the ${side} has halted: ${error.message}`,
    options,
  );
}
