import type { ClientBase } from 'pg';
import type { Clock } from '@overgrow/core';
import { readCatalog } from '../catalog/catalog-client.ts';
import type { TableDescription } from '../catalog/table-description.ts';
import { openSession } from '../connection/session-client.ts';
import type { Lsn } from '../source/log-position.ts';
import type { RelationMessage } from '../source/pgoutput-message.ts';
import { openReplicationStream } from '../source/replication-source.ts';
import type { SourceTransaction } from '../source/source-transaction.ts';
import { changeEvents, type ChangeEvent, type EnvelopeContext } from './change-event.ts';

export interface CaptureOptions {
  readonly url: string;
  /** An existing slot and publication. */
  readonly slot: string;
  readonly publication: string;
  readonly prefix: string;
  readonly version: string;
  readonly truncates: boolean;
  readonly clock: Clock;
  readonly startAt: Lsn;
  readonly signal: AbortSignal;
}

/**
 * Change events of a slot, a transaction at a time, in order. A transaction is acknowledged when the next one is asked for:
 * by then the consumer has it.
 */
export async function* captureEvents(options: CaptureOptions): AsyncGenerator<readonly ChangeEvent[]> {
  const applicationName = 'overgrow capture';
  await using session = await openSession({ url: options.url, applicationName });
  await using stream = await openReplicationStream({ ...options, applicationName });
  const described = new Map<RelationMessage, TableDescription | undefined>();
  const { rows } = await session.client.query<{ name: string }>('select current_database() as name');
  const context: EnvelopeContext = {
    prefix: options.prefix,
    database: rows[0]?.name ?? '',
    version: options.version,
    truncates: options.truncates,
    describe: (relation) => described.get(relation),
    nowMs: () => options.clock.nowMs(),
  };
  let previousCommit: Lsn | null = null;
  for (;;) {
    for (const item of await stream.next(options.signal)) {
      if (item.kind === 'transaction') {
        await describeRelations(session.client, item, described);
        const events = changeEvents(item, context, previousCommit);
        previousCommit = item.endLsn;
        if (events.length > 0) yield events;
      }
      stream.acknowledge(item.endLsn);
    }
  }
}

/** The stream describes a relation anew when it changes, so each description is looked up once. */
async function describeRelations(
  client: ClientBase,
  transaction: SourceTransaction,
  described: Map<RelationMessage, TableDescription | undefined>,
): Promise<void> {
  for (const change of transaction.changes) {
    if (change.kind === 'message' || change.kind === 'truncate' || described.has(change.relation)) continue;
    const { schema, name } = change.relation;
    const catalog = await readCatalog(client, [{ schema, name }]);
    described.set(change.relation, catalog.get(`${schema}.${name}`));
  }
}
