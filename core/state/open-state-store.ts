import path from 'node:path';
import type { Manifest } from '../manifest/schema.ts';
import type { Clock } from '../runtime/clock.ts';
import type { FaultPoints } from '../runtime/fault-points.ts';
import { createPostgresqlStore } from './postgresql-store.ts';
import { createSqliteStore } from './sqlite-store.ts';
import type { StateStore } from './state-store.ts';

export interface OpenStateStoreOptions {
  readonly clock: Clock;
  /** The manifest's folder: a relative `state.file` is meant from here. */
  readonly baseFolder: string;
  readonly faults?: FaultPoints;
}

/**
 * Opens the store that `state:` of the manifest names, made or migrated where needed.
 * @throws STATE_UNREACHABLE, STATE_UNREADABLE, STATE_SCHEMA_NEWER.
 */
export async function openStateStore(spec: Manifest['state'], options: OpenStateStoreOptions): Promise<StateStore> {
  const { clock, baseFolder } = options;
  const faults = options.faults === undefined ? {} : { faults: options.faults };
  if (spec.store === 'postgresql') return createPostgresqlStore({ url: spec.url, clock, ...faults });
  const file = spec.file === ':memory:' ? spec.file : path.resolve(baseFolder, spec.file);
  return createSqliteStore({ file, clock, ...faults });
}
