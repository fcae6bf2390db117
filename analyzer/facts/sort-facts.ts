import { compareText } from '../source/place.ts';
import type { Facts } from './facts.ts';

/** One order for every array, by code unit, so that equal facts are equal bytes. Order inside an endpoint means something and stays. */
export function sortFacts(facts: Facts): Facts {
  const by = <T>(
    list: readonly T[] | undefined,
    key: (item: T) => readonly (string | undefined)[],
  ): readonly T[] | undefined =>
    list === undefined
      ? undefined
      : list
          .map((item) => ({ item, key: key(item).join('\u0000') }))
          .sort((a, b) => compareText(a.key, b.key))
          .map(({ item }) => item);
  const sorted = {
    units: by(facts.units, (unit) => [unit.id]),
    entities: by(facts.entities, (entity) => [entity.id]),
    dependencies: by(facts.dependencies, (edge) => [edge.from, edge.to, edge.kind, edge.place]),
    accesses: by(facts.accesses, (access) => [
      access.unit,
      access.entity,
      access.mode,
      access.transaction,
      access.via,
      access.place,
    ]),
    endpoints: by(facts.endpoints, (endpoint) => [endpoint.id]),
    routines: by(facts.routines, (routine) => [routine.id]),
    sideEffects: by(facts.sideEffects, (effect) => [effect.entity, effect.kind, effect.unit, effect.place]),
    states: by(facts.states, (state) => [state.unit, state.name, state.kind, state.place]),
    environment: by(facts.environment, (setting) => [setting.unit, setting.key]),
    observed: by(facts.observed, (seen) => [seen.by, seen.entity, seen.mode, seen.role]),
    together: by(facts.together, (set) => [...set.entities, set.by]),
    changes: by(facts.changes, (change) => [change.at, ...change.units]),
    unresolved: by(facts.unresolved, (item) => [item.place, item.what, item.text]),
    skipped: by(facts.skipped, (item) => [item.path, item.reason]),
  };
  const present = Object.fromEntries(Object.entries(sorted).filter(([, list]) => list !== undefined));
  return { ...facts, ...present };
}
