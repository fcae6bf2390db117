import type { Facts } from '../facts/facts.ts';
import { compareText } from '../source/place.ts';
import type { KernelRole } from './kernel.ts';
import { chooseLeaves } from './leaves.ts';
import { nameContexts } from './names.ts';
import { findDominantModules, findMixedModules } from './open-modules.ts';
import { partition, type Partition } from './partition.ts';
import { placeEndpoints } from './place-endpoints.ts';
import { placeEntities } from './place-entities.ts';

export interface DecomposeOptions {
  /** Wanted number of contexts. Absent: as many as the evidence supports. */
  readonly contexts?: number;
  /** False: folder names are not evidence (`--no-folders`). */
  readonly folders?: boolean;
}

export interface PlacedContext {
  readonly name: string;
  readonly units: readonly string[];
  readonly entities: readonly string[];
  readonly endpoints: readonly string[];
}

/** Every unit, entity and endpoint in exactly one place. */
export interface Decomposition {
  readonly contexts: readonly PlacedContext[];
  readonly kernel: readonly { readonly unit: string; readonly role: KernelRole; readonly reason: string }[];
  /** Endpoints that only the shared kernel handles. */
  readonly loose: readonly string[];
  readonly openedModules: readonly string[];
  contextOfUnit(unit: string): number | undefined;
  contextOfEntity(entity: string): number | undefined;
}

/** Facts → candidate contexts. Deterministic: the order of the facts and the machine do not matter. */
export function decompose(facts: Facts, options: DecomposeOptions = {}): Decomposition {
  const folders = options.folders ?? true;
  const settings = { folders, ...(options.contexts === undefined ? {} : { contexts: options.contexts }) };
  const dominant = findDominantModules(facts);
  let found = partition(facts, chooseLeaves(facts, dominant), settings);
  const mixed = findMixedModules(facts, found, placeEntities(facts, found));
  if (mixed.size > 0) found = partition(facts, chooseLeaves(facts, new Set([...dominant, ...mixed])), settings);
  return assemble(facts, found, folders, [...dominant, ...mixed].sort(compareText));
}

function assemble(facts: Facts, found: Partition, folders: boolean, openedModules: readonly string[]): Decomposition {
  const { leaves, contextOf } = found;
  const entityContext = placeEntities(facts, found);
  const contextOfUnit = (unit: string): number | undefined => {
    const leaf = leaves.leafOf(unit);
    const context = leaf === undefined ? undefined : contextOf[leaf];
    return context === undefined || context < 0 ? undefined : context;
  };
  const contextOfEntity = (entity: string) => entityContext.get(entity);
  const endpointContext = placeEndpoints(facts, { contextOfUnit, contextOfEntity });
  const written = new Set(
    (facts.accesses ?? []).filter((access) => access.mode === 'write').map((access) => access.entity),
  );

  const numbers = [
    ...new Set([...contextOf.slice(0, leaves.ids.length), ...entityContext.values()].filter((id) => id >= 0)),
  ];
  const parts = numbers.map((number) => ({
    number,
    units: leaves.ids.filter((_, leaf) => contextOf[leaf] === number),
    entities: found.entities.filter((entity) => entityContext.get(entity) === number),
    endpoints: [...endpointContext].filter(([, context]) => context === number).map(([id]) => id),
  }));
  const names = nameContexts(
    parts.map((part) => ({
      units: part.units.map((id) => ({ id, name: leaves.units.get(id)?.name })),
      entities: part.entities.map((id) => ({ id, written: written.has(id) })),
      endpoints: part.endpoints,
    })),
    { folders },
  );
  const named = parts
    .map((part, index) => ({ ...part, name: names[index] ?? `context-${index + 1}` }))
    .sort((a, b) => compareText(a.name, b.name));
  const position = new Map(named.map((part, index) => [part.number, index]));
  return {
    contexts: named.map(({ name, units, entities, endpoints }) => ({ name, units, entities, endpoints })),
    kernel: found.kernel.map(({ leaf, role, reason }) => ({ unit: leaves.ids[leaf] ?? '', role, reason })),
    loose: [...endpointContext].filter(([, context]) => context === undefined).map(([id]) => id),
    openedModules,
    contextOfUnit: (unit) => at(position, contextOfUnit(unit)),
    contextOfEntity: (entity) => at(position, contextOfEntity(entity)),
  };
}

function at(position: ReadonlyMap<number, number>, number: number | undefined): number | undefined {
  return number === undefined ? undefined : position.get(number);
}
