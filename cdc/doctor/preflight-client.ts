import { OvergrowError, type ReplicationSpec } from '@overgrow/core';
import { readCatalog } from '../catalog/catalog-client.ts';
import type { TableDescription } from '../catalog/table-description.ts';
import { renderTableName, type TableName } from '../catalog/table-name.ts';
import { databaseError } from '../connection/database-error.ts';
import { openSession, type Session } from '../connection/session-client.ts';
import { mappedTables } from '../mapping/compile-mapping.ts';
import { mappingError, readMapping } from '../mapping/resolve-maps-client.ts';
import { checkForeignKeys } from './check-foreign-keys.ts';
import { checkRights, checkServer } from './check-server.ts';
import { checkTargets } from './check-targets-client.ts';
import { checkTriggers } from './check-triggers.ts';
import { readDatabaseFacts } from './database-facts-client.ts';
import type { DatabaseFacts } from './database-facts.ts';

export interface PreflightOptions {
  readonly context: string;
  readonly spec: ReplicationSpec;
  /** As the bridge's role logs in. */
  readonly monolithUrl: string;
  readonly serviceUrl: string;
  /** Transactions younger than this are taken for ordinary ones that end by themselves. */
  readonly oldTransactionMs?: number;
}

/**
 * Everything about servers, rights and tables that would stop the bridge, one error each, found without creating anything.
 * Never throws for what it looks for; a database that does not answer is one of the errors, and the other is checked.
 */
export async function preflight(options: PreflightOptions): Promise<readonly OvergrowError[]> {
  const { context, spec } = options;
  const pairs = mappedTables(spec);
  const faults: OvergrowError[] = [];
  await using monolith = await tryOpen('monolith', options.monolithUrl, options, faults);
  await using service = await tryOpen('service', options.serviceUrl, options, faults);
  const [source, target] = [
    await checkSide(
      'monolith',
      monolith,
      pairs.map((pair) => pair.source),
      options,
      faults,
    ),
    await checkSide(
      'service',
      service,
      pairs.map((pair) => pair.target),
      options,
      faults,
    ),
  ];
  if (source?.identity !== undefined && source.identity === target?.identity) {
    faults.push(
      new OvergrowError(
        'CDC_SAME_DATABASE',
        `Monolith and service of ${context} are the same database, ${source.database}.`,
        {
          hint: 'Give the service a database of its own.',
        },
      ),
    );
  }
  if (service !== null) {
    const targets = pairs.map((pair) => pair.target);
    faults.push(...(await checkTargets(service.client, context, targets)));
  }
  if (monolith !== null && service !== null) {
    const mapping = await readMapping(spec, monolith.client, service.client);
    // A table without a key has an error of its own.
    const others = mapping.kind === 'faults' ? mapping.faults.filter((fault) => fault.kind !== 'missing-key') : [];
    faults.push(...others.map((fault) => mappingError(fault, context)));
  }
  return faults;
}

async function tryOpen(
  side: DatabaseFacts['side'],
  url: string,
  options: PreflightOptions,
  faults: OvergrowError[],
): Promise<Session | null> {
  try {
    return await openSession({ url, applicationName: `overgrow ${options.context.slice(0, 40)} doctor` });
  } catch (error) {
    const cause = databaseError(error);
    faults.push(
      new OvergrowError(
        'CDC_DATABASE_UNREACHABLE',
        `The ${side}'s database does not let the bridge in: ${cause.message}`,
        {
          hint: `Check the ${side}'s database URL, the role's password and right to log in, and that the server runs.`,
          details: { side },
          cause,
        },
      ),
    );
    return null;
  }
}

async function checkSide(
  side: DatabaseFacts['side'],
  session: Session | null,
  tables: readonly TableName[],
  options: PreflightOptions,
  faults: OvergrowError[],
): Promise<DatabaseFacts | undefined> {
  if (session === null) return undefined;
  const { context, spec, oldTransactionMs = 5_000 } = options;
  const facts = await readDatabaseFacts(session.client, side, context, tables, oldTransactionMs);
  const catalog = await readCatalog(session.client, tables);
  const moved = await readGuarded(session);
  const own = new Set(tables.map(renderTableName));
  faults.push(
    ...checkServer(facts),
    ...checkRights(facts),
    ...[...catalog.values()].flatMap((table) => checkIdentity(side, table) ?? []),
    ...checkTriggers(facts, spec.triggers, (table) => !own.has(table) && !moved.has(table)),
    ...checkForeignKeys(facts, spec.foreignKeys),
  );
  return facts;
}

/** Tables whose guard is closed: another side owns them, whichever context they belong to. */
async function readGuarded({ client }: Session): Promise<ReadonlySet<string>> {
  const { rows } = await client.query<{ name: string }>(
    `select n.nspname || '.' || c.relname as name
     from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace
     where t.tgname = 'overgrow_guard' and t.tgenabled <> 'D'`,
  );
  return new Set(rows.map((row) => row.name));
}

/** The log must name the rows that are updated and deleted by at least their key. */
function checkIdentity(side: DatabaseFacts['side'], table: TableDescription): OvergrowError | undefined {
  const name = renderTableName(table.name);
  const lacks = table.primaryKey.length === 0 ? 'has no primary key' : undefined;
  const hidden = table.primaryKey.some((column) => !table.identityColumns.includes(column));
  const reason =
    lacks ?? (hidden ? `has a replica identity (${table.replicaIdentity}) without its primary key` : undefined);
  if (reason === undefined) return undefined;
  return new OvergrowError('CDC_TABLE_WITHOUT_KEY', `${name} in the ${side}'s database ${reason}.`, {
    hint:
      lacks === undefined
        ? `Run ALTER TABLE ${name} REPLICA IDENTITY DEFAULT;`
        : `Run ALTER TABLE ${name} ADD PRIMARY KEY (…); with the columns that name a row.`,
    details: { side, table: name },
  });
}
