import type { FoundAccess } from '../adapters/adapter.ts';
import { unitId } from '../dependencies/edges.ts';
import type { Access } from './facts.ts';

/** Accesses as facts, one for each transaction that they run in; equal ones become one with their count and first place. */
export function finishAccesses(
  found: readonly FoundAccess[],
  transactionsOf: (access: FoundAccess) => readonly string[],
): Access[] {
  return mergeAccesses(
    found.flatMap((access) => {
      const { module, unit, entity, mode, line, via } = access;
      const plain: Access = {
        unit: unitId(module, unit),
        entity,
        mode,
        place: `${module}:${line}`,
        ...(via === undefined ? {} : { via }),
      };
      const transactions = transactionsOf(access);
      return transactions.length === 0 ? [plain] : transactions.map((transaction) => ({ ...plain, transaction }));
    }),
  );
}

function mergeAccesses(accesses: readonly Access[]): Access[] {
  const merged = new Map<string, Access>();
  for (const access of accesses) {
    const key = [access.unit, access.entity, access.mode, access.transaction ?? '', access.via ?? ''].join('\n');
    const known = merged.get(key);
    merged.set(
      key,
      known === undefined
        ? { ...access, count: access.count ?? 1 }
        : { ...known, count: (known.count ?? 1) + (access.count ?? 1) },
    );
  }
  return [...merged.values()];
}
