import type { Facts } from '../facts/facts.ts';
import type { Partition } from './partition.ts';

/**
 * Modules that hold several contexts: those whose functions, each judged by its own accesses and calls, belong to different ones.
 * They are placed function by function.
 */
export function findMixedModules(
  facts: Facts,
  found: Partition,
  entityContext: ReadonlyMap<string, number>,
): Set<string> {
  const { leaves, contextOf } = found;
  const votes = new Map<string, Map<number, number>>();
  const vote = (unit: string, context: number | undefined, weight: number) => {
    if (context === undefined || context < 0) return;
    const map = votes.get(unit) ?? new Map<number, number>();
    votes.set(unit, map.set(context, (map.get(context) ?? 0) + weight));
  };
  for (const access of facts.accesses ?? [])
    vote(access.unit, entityContext.get(access.entity), access.mode === 'write' ? 4 : 1);
  for (const { from, to, kind } of facts.dependencies ?? []) {
    if (kind !== 'call') continue;
    const a = leaves.leafOf(from);
    const b = leaves.leafOf(to);
    if (a === undefined || b === undefined || a === b) continue;
    vote(from, contextOf[b], 0.5);
    vote(to, contextOf[a], 0.5);
  }
  const mixed = new Set<string>();
  for (const [module, children] of leaves.childrenOf) {
    const leaf = leaves.indexOf.get(module);
    if (leaf === undefined || (contextOf[leaf] ?? -1) < 0) continue;
    const sides = new Map<number, number>();
    let judged = 0;
    for (const child of children) {
      const best = [...(votes.get(child) ?? [])].sort(([a, x], [b, y]) => y - x || a - b)[0];
      if (best === undefined || best[1] < 2) continue;
      judged += 1;
      sides.set(best[0], (sides.get(best[0]) ?? 0) + 1);
    }
    const strong = [...sides.values()].filter((count) => count >= 2 && count >= judged * 0.2);
    if (judged >= 4 && strong.length >= 2) mixed.add(module);
  }
  return mixed;
}

/** A module that holds a large part of all that touches data or answers requests tells nothing as a whole: it is opened before the first cut. */
export function findDominantModules(facts: Facts): Set<string> {
  const parents = new Map((facts.units ?? []).map((unit) => [unit.id, unit.parent]));
  const byModule = new Map<string, Set<string>>();
  const telling = new Set((facts.accesses ?? []).map((access) => access.unit));
  for (const endpoint of facts.endpoints ?? []) for (const unit of endpoint.units?.slice(0, 1) ?? []) telling.add(unit);
  for (const unit of telling) {
    const module = parents.get(unit);
    if (module !== undefined) byModule.set(module, (byModule.get(module) ?? new Set<string>()).add(unit));
  }
  return new Set(
    [...byModule].filter(([, units]) => units.size >= 6 && units.size > telling.size * 0.3).map(([module]) => module),
  );
}
