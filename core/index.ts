export * from './errors/disposition.ts';
export * from './errors/error-codes.ts';
export * from './errors/overgrow-error.ts';
export * from './errors/render-error.ts';
export * from './errors/render-errors-page.ts';

export * from './manifest/json-schema.ts';
export * from './manifest/manifest-files.ts';
export * from './manifest/parse-manifest.ts';
export * from './manifest/render-faults.ts';
export * from './manifest/render-manifest-page.ts';
export * from './manifest/schema.ts';

export * from './ownership/owners-header.ts';
export * from './ownership/ownership.ts';

export * from './ports/bridge-port.ts';
export * from './ports/status.ts';
export * from './ports/traffic-port.ts';

export * from './runtime/clock.ts';
export * from './runtime/fault-points.ts';
export * from './runtime/linear-regex.ts';
export * from './runtime/logger.ts';
export * from './runtime/manual-clock.ts';
export * from './runtime/pino-logger-terminal.ts';
export * from './runtime/process-faults.ts';
export * from './runtime/redact.ts';
export * from './runtime/units.ts';

export * from './state/open-state-store.ts';
export { createPostgresqlStore, type PostgresqlStoreOptions } from './state/postgresql-store.ts';
export { createSqliteStore, type SqliteStoreOptions } from './state/sqlite-store.ts';
export * from './state/state-store.ts';
