import type { ReplicationSpec } from '@overgrow/core';

/**
 * Tables (`schema.table`) with a trigger that must not fire when the bridge writes: those declared `suppress` or
 * `replaced`. Keys of the manifest are `schema.table.trigger`; the same list serves both databases.
 */
export function silentTables(triggers: ReplicationSpec['triggers']): ReadonlySet<string> {
  return new Set(
    Object.entries(triggers)
      .filter(([, declared]) => declared !== 'fire')
      .map(([name]) => name.slice(0, name.lastIndexOf('.'))),
  );
}
