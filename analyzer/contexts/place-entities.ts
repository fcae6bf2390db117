import type { Facts } from '../facts/facts.ts';
import type { Partition } from './partition.ts';

/**
 * Entities go to who writes them: the context with the most writing units, then with the most writes, then readers, then the graph.
 * A view goes where most of what it reads is.
 */
export function placeEntities(facts: Facts, found: Partition): Map<string, number> {
  const { leaves, contextOf, entities } = found;
  const votes = new Map<string, Map<number, number>>();
  const vote = (entity: string, context: number, weight: number) => {
    if (context < 0) return;
    const map = votes.get(entity) ?? new Map<number, number>();
    votes.set(entity, map.set(context, (map.get(context) ?? 0) + weight));
  };
  const entitiesOf = new Map<number, Set<string>>();
  for (const { leaf, entity } of found.accesses)
    entitiesOf.set(leaf, (entitiesOf.get(leaf) ?? new Set<string>()).add(entity));
  for (const { leaf, entity, mode, count } of found.accesses) {
    // A job that writes everywhere is a weak claim on any one entity.
    const breadth = Math.sqrt(entitiesOf.get(leaf)?.size ?? 1);
    vote(entity, contextOf[leaf] ?? -1, ((mode === 'write' ? 10 : 1) * (1 + Math.log(count))) / breadth);
  }
  const placed = new Map<string, number>();
  entities.forEach((entity, index) => {
    const community = contextOf[leaves.ids.length + index] ?? -1;
    vote(entity, community, 3);
    const best = [...(votes.get(entity) ?? [])].sort(([a, x], [b, y]) => y - x || a - b)[0]?.[0];
    placed.set(entity, best ?? community);
  });
  for (const routine of facts.routines ?? []) {
    if (routine.kind !== 'view' || routine.on === undefined) continue;
    const counts = new Map<number, number>();
    for (const [, entity] of routine.accesses ?? []) {
      const context = placed.get(entity);
      if (context !== undefined && entity !== routine.on) counts.set(context, (counts.get(context) ?? 0) + 1);
    }
    const best = [...counts].sort(([a, x], [b, y]) => y - x || a - b)[0]?.[0];
    if (best !== undefined && !votes.has(routine.on)) placed.set(routine.on, best);
  }
  return placed;
}
