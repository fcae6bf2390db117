import type { FoundAccess, FoundEndpoint } from '../adapters/adapter.ts';
import { unitId } from '../dependencies/edges.ts';
import type { Reach } from '../dependencies/reach.ts';
import type { Endpoint } from '../facts/facts.ts';
import { compareText } from '../source/place.ts';
import type { AccessTrace } from './access-sequences.ts';

/** Endpoints with all units that they reach, nearest first, and what is read and written on the way. Two records of one endpoint are one endpoint. */
export function finishEndpoints(
  found: readonly FoundEndpoint[],
  accesses: readonly FoundAccess[],
  reach: Reach,
  trace: AccessTrace,
): Endpoint[] {
  const byModule = Map.groupBy(accesses, (access) => access.module);
  const endpoints = new Map<string, Endpoint>();
  for (const { handlers, module, stretch, ...endpoint } of found) {
    const inside = (byModule.get(module) ?? [])
      .filter(({ at }) => stretch !== undefined && at >= stretch.from && at < stretch.to)
      .map(({ unit }) => unitId(module, unit));
    const starts = [...new Set([...handlers, ...inside])].filter((unit) => unit !== module);
    // A handler that is not known may be anything in the module, which is said by its name and not by all that it reaches.
    const units = starts.length === 0 ? [module] : reach(starts);
    const sequence = trace({
      units: starts.length === 0 ? [] : handlers.filter((unit) => unit !== module),
      ...(stretch === undefined ? {} : { stretch: { module, ...stretch } }),
    });
    const sequences = sequence.length === 0 ? {} : { sequences: [sequence] };
    const known = endpoints.get(endpoint.id);
    endpoints.set(
      endpoint.id,
      known === undefined ? { ...endpoint, units, ...sequences } : join(known, units, sequences),
    );
  }
  return [...endpoints.values()].sort((a, b) => compareText(a.id, b.id));
}

function join(known: Endpoint, units: readonly string[], more: Pick<Endpoint, 'sequences'>): Endpoint {
  const sequences = [...(known.sequences ?? []), ...(more.sequences ?? [])];
  const distinct = [...new Map(sequences.map((sequence) => [JSON.stringify(sequence), sequence])).values()];
  return {
    ...known,
    units: [...new Set([...(known.units ?? []), ...units])],
    ...(distinct.length === 0 ? {} : { sequences: distinct }),
  };
}
