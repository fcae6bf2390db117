import type { Endpoint, Facts } from '../facts/facts.ts';

export interface EndpointPlacing {
  /** Context of a unit, undefined in the shared kernel or when unknown. */
  contextOfUnit(unit: string): number | undefined;
  contextOfEntity(entity: string): number | undefined;
}

/** An endpoint belongs where its handler is; when everyone's code handles it, where the data is that it reaches. */
export function placeEndpoints(facts: Facts, placing: EndpointPlacing): Map<string, number | undefined> {
  const accesses = new Map<string, { entity: string; weight: number }[]>();
  for (const { unit, entity, mode } of facts.accesses ?? []) {
    const list = accesses.get(unit);
    const entry = { entity, weight: mode === 'write' ? 3 : 1 };
    if (list === undefined) accesses.set(unit, [entry]);
    else list.push(entry);
  }
  const placed = new Map<string, number | undefined>();
  for (const endpoint of facts.endpoints ?? []) placed.set(endpoint.id, placeOne(endpoint));
  return placed;

  function placeOne(endpoint: Endpoint): number | undefined {
    const [handler, ...rest] = endpoint.units ?? [];
    const own = handler === undefined ? undefined : placing.contextOfUnit(handler);
    if (own !== undefined) return own;
    const votes = new Map<number, number>();
    const vote = (context: number | undefined, weight: number) => {
      if (context !== undefined && context >= 0) votes.set(context, (votes.get(context) ?? 0) + weight);
    };
    for (const unit of [handler, ...rest]) {
      if (unit === undefined) continue;
      vote(placing.contextOfUnit(unit), 1);
      for (const { entity, weight } of accesses.get(unit) ?? []) vote(placing.contextOfEntity(entity), weight);
    }
    // Units have voted by their accesses.
    for (const sequence of handler === undefined ? (endpoint.sequences ?? []) : [])
      for (const [mode, entity] of sequence) vote(placing.contextOfEntity(entity), mode === 'write' ? 3 : 1);
    return [...votes].sort(([a, x], [b, y]) => y - x || a - b)[0]?.[0];
  }
}
