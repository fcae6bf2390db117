import {
  leaseLost,
  ownershipKey,
  type ContextScope,
  type Json,
  type OwnershipRecord,
  type StateStore,
} from '@overgrow/core';
import { decide } from '../decider/decide.ts';
import { evolve } from '../decider/evolve.ts';
import type { Command, Event } from '../decider/messages.ts';
import type { Session } from './session.ts';

export interface StoredRecord {
  readonly record: OwnershipRecord;
  readonly version: number;
}

export type Applied =
  | ({ readonly kind: 'accepted'; readonly changed: boolean } & StoredRecord)
  | { readonly kind: 'refused'; readonly reasons: readonly string[] };

export async function readRecord(store: StateStore, ref: ContextScope): Promise<StoredRecord | undefined> {
  const stored = await store.read(ownershipKey(ref));
  return stored === undefined
    ? undefined
    : { record: stored.value as unknown as OwnershipRecord, version: stored.version };
}

/**
 * Decides a command on the record as it stands and writes the outcome with its journal entries by one compare-and-set under
 * the lease; decides again when another was first. So the journal explains every state, also after a crash. A rejection
 * leaves open whether it was written: read the record and follow it.
 * @throws STATE_LEASE_LOST
 */
export async function applyCommand(
  store: StateStore,
  session: Session,
  ref: ContextScope,
  command: Command,
  evidence: Readonly<Record<string, Json>> = {},
): Promise<Applied> {
  for (;;) {
    const stored = await readRecord(store, ref);
    const decision = decide(command, stored?.record);
    if (decision.kind === 'refused') return decision;
    let next = stored?.record;
    for (const event of decision.events) next = evolve(next, event);
    if (next === undefined) return { kind: 'refused', reasons: ['the context is not declared yet'] };
    if (decision.events.length === 0)
      return { kind: 'accepted', changed: false, record: next, version: stored?.version ?? 0 };
    session.assertLive();
    const after = next;
    const journal = decision.events.map((event) => ({
      context: ref.context,
      event: event.kind,
      data: { ...dataOf(event, after), ...evidence },
    }));
    const options = { lease: session.lease, journal };
    const value = after as unknown as Json;
    const outcome = await store.compareAndSet(ownershipKey(ref), stored?.version ?? 0, value, options);
    if (outcome.kind === 'conflict') continue;
    if (outcome.kind === 'lease-lost') {
      session.lose();
      throw leaseLost(session.lease);
    }
    return { kind: 'accepted', changed: true, record: next, version: outcome.version };
  }
}

function dataOf(event: Event, record: OwnershipRecord): Record<string, Json> {
  const { phase, owner, epoch, attempt } = record;
  const numbered = attempt === null ? {} : { attempt: attempt.number, of: attempt.kind };
  const reason = event.kind === 'abandoned' ? { reason: event.reason } : {};
  return { phase, owner, epoch, ...numbered, ...reason };
}
