import { encodeOwners, type OwnershipRecord, type Phase } from '@overgrow/core';
import type { ContextInForce } from '../routing/decide-side.ts';

/** Before these, and after a rollback until the next verification, the service lacks rows or has stale ones. */
const phasesWithProvenData: ReadonlySet<Phase> = new Set([
  'reading',
  'armed',
  'fencing',
  'switched',
  'settled',
  'retired',
]);

/** Owners, epochs, weights and readiness in force, and the header that says so, rendered once a change and not once a request. */
export type ContextTable = ReturnType<typeof createContextTable>;

/** `contexts`: every declared one, in the order of the header. Before the first `learn` nothing is in force. */
export function createContextTable(contexts: readonly string[]) {
  let inForce: ReadonlyMap<string, ContextInForce> = new Map();
  let ownersHeader = '';
  const weights = new Map<string, number>();

  function learn(records: readonly OwnershipRecord[]): void {
    const next = new Map<string, ContextInForce>();
    // A declared context without a record has never been touched: the monolith owns it at epoch 0.
    for (const context of contexts)
      next.set(context, { owner: 'monolith', epoch: 0, ready: false, weight: weights.get(context) ?? null });
    for (const record of records) {
      next.set(record.context, {
        owner: record.owner,
        epoch: record.epoch,
        ready: phasesWithProvenData.has(record.phase),
        weight: weights.get(record.context) ?? null,
      });
    }
    inForce = next;
    ownersHeader = encodeOwners(
      [...next].map(([context, { owner, epoch }]) => ({ context, scope: '*', owner, epoch })),
    );
  }

  return {
    learn,
    setWeight: (context: string, weight: number): void => {
      weights.set(context, weight);
      const known = inForce.get(context);
      if (known !== undefined) inForce = new Map(inForce).set(context, { ...known, weight });
    },
    inForce: (context: string): ContextInForce | undefined => inForce.get(context),
    all: (): ReadonlyMap<string, ContextInForce> => inForce,
    /** Empty until the first `learn`. */
    ownersHeader: (): string => ownersHeader,
  };
}
