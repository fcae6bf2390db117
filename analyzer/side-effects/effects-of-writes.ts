import type { Access, Dependency, Entity, SideEffect } from '../facts/facts.ts';

/** Something a unit does beside the database, wherever it writes. */
export interface UnitEffect {
  readonly unit: string;
  readonly kind: SideEffect['kind'];
  readonly place: string;
}

const byEntity: Readonly<Record<string, SideEffect['kind']>> = { key: 'cache', file: 'file', host: 'webhook' };
const stored = new Set<Entity['kind']>(['table', 'collection', undefined]);

/**
 * What follows a write: a unit that writes an entity and, itself or by a function it calls, sends mail, puts out a job, changes
 * a cache, an index, a file or another system. Who takes the entity over has to take these along.
 */
export function effectsOfWrites(
  accesses: readonly Access[],
  entities: readonly Entity[],
  calls: readonly Dependency[],
  found: readonly UnitEffect[],
): SideEffect[] {
  const kinds = new Map(entities.map((entity) => [entity.id, entity.kind]));
  const effects = new Map<string, UnitEffect[]>();
  const add = (effect: UnitEffect) => effects.set(effect.unit, [...(effects.get(effect.unit) ?? []), effect]);
  for (const effect of found) add(effect);
  for (const { unit, entity, mode, place } of accesses) {
    const kind = byEntity[kinds.get(entity) ?? ''];
    if (mode === 'write' && kind !== undefined) add({ unit, kind, place: place ?? unit });
  }
  const called = new Map<string, string[]>();
  for (const { from, to, kind } of calls)
    if (kind === 'call' && effects.has(to)) called.set(from, [...(called.get(from) ?? []), to]);
  const told = new Map<string, SideEffect>();
  for (const { unit, entity, mode } of accesses) {
    if (mode !== 'write' || !stored.has(kinds.get(entity))) continue;
    for (const effect of [unit, ...(called.get(unit) ?? [])].flatMap((id) => effects.get(id) ?? []))
      told.set(`${entity}\n${effect.kind}\n${unit}`, { entity, kind: effect.kind, unit, place: effect.place });
  }
  return [...told.values()];
}
