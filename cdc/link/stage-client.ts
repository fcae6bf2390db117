import { createTestDatabase, type TestDatabase } from '@overgrow/test';
import type pg from 'pg';
import {
  noFaults,
  silentLogger,
  systemClock,
  type Direction,
  type FaultPoints,
  type ReplicationSpec,
} from '@overgrow/core';
import { ensureProgressTable } from '../apply/progress-store.ts';
import { receivingTables } from '../apply/receiving-table.ts';
import { openSession } from '../connection/session-client.ts';
import { ensureControl } from '../control/control-schema-client.ts';
import { openStatements } from '../control/statements-client.ts';
import { encodeMarker, type Marker } from '../control/marker.ts';
import { mappedTables } from '../mapping/compile-mapping.ts';
import { resolveMaps } from '../mapping/resolve-maps-client.ts';
import { ensurePublication, ensureSlot, readSlotName } from './link-objects-client.ts';
import { createLink, type Link } from './link.ts';

/** Two real databases with a prepared context between them, for the tests of links. */
export interface Stage extends AsyncDisposable {
  readonly monolith: TestDatabase;
  readonly service: TestDatabase;
  /** As the application. */
  readonly monolithClient: pg.Client;
  readonly serviceClient: pg.Client;
  link(direction: Direction, faults?: FaultPoints): Link;
  /** Resolves when everything committed in the giver so far is applied, or has been decided upon. */
  caughtUp(link: Link, direction: Direction): Promise<void>;
  emit(side: 'monolith' | 'service', marker: Marker): Promise<void>;
}

export const stageScope = { context: 'catalog', scope: '*' } as const;

export async function createStage(
  postgresUrl: string,
  schemas: { readonly monolith: string; readonly service: string },
  tables: ReplicationSpec['tables'],
): Promise<Stage> {
  const spec: ReplicationSpec = { context: 'catalog', tables, triggers: {}, foreignKeys: {} };
  const monolith = await createTestDatabase(postgresUrl, schemas.monolith);
  const service = await createTestDatabase(postgresUrl, schemas.service);
  const urls = { monolith: monolith.bridgeUrl, service: service.bridgeUrl };
  const links: Link[] = [];
  for (const side of ['monolith', 'service'] as const) {
    await using session = await openSession({ url: urls[side], applicationName: 'overgrow test' });
    await using statements = await openStatements(urls[side], 'ensure', {
      sessionName: 'overgrow test',
      faults: noFaults,
    });
    await ensureControl(statements, stageScope, side, 1);
    await ensureProgressTable(session.client);
    const named = mappedTables(spec).map((pair) => (side === 'monolith' ? pair.source : pair.target));
    const direction = side === 'monolith' ? 'forward' : 'reverse';
    await ensurePublication(session.client, 'catalog', direction, named);
    if (side === 'service') await ensureSlot(session.client, 'catalog', direction);
  }

  const resolve = async (direction: Direction) => {
    const maps = await resolveMaps(spec, urls);
    return { tables: receivingTables(maps, direction), silentTables: new Set<string>() };
  };

  return {
    monolith,
    service,
    monolithClient: await monolith.connect(),
    serviceClient: await service.connect(),
    link: (direction, faults = noFaults) => {
      const link = createLink({
        ...stageScope,
        direction,
        giverUrl: direction === 'forward' ? urls.monolith : urls.service,
        receiverUrl: direction === 'forward' ? urls.service : urls.monolith,
        clock: systemClock,
        logger: silentLogger,
        faults,
        resolve: () => resolve(direction),
      });
      links.push(link);
      return link;
    },
    caughtUp: async (link, direction) => {
      const giver = direction === 'forward' ? monolith : service;
      const client = await giver.connect(giver.superuserUrl);
      const { rows } = await client.query<{ lsn: string }>('select pg_current_wal_insert_lsn()::text as lsn');
      const target = rows[0]?.lsn ?? '0/0';
      for (;;) {
        const { state, appliedPosition } = link.status();
        if (state.kind === 'halted') throw new Error(`${state.error.code}: ${state.error.message}`);
        const done = await client.query<{ done: boolean }>('select $1::pg_lsn >= $2::pg_lsn as done', [
          appliedPosition ?? '0/0',
          target,
        ]);
        if (state.kind === 'streaming' && done.rows[0]?.done === true) return;
        await link.changed(20, AbortSignal.timeout(30_000));
      }
    },
    emit: async (side, marker) => {
      const client = await (side === 'monolith' ? monolith : service).connect();
      await client.query('select pg_logical_emit_message(true, $1, $2)', ['overgrow', encodeMarker(marker)]);
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(links.map((link) => link.stop()));
      for (const [database, direction] of [
        [monolith, 'forward'],
        [service, 'reverse'],
      ] as const) {
        const client = await database.connect(database.superuserUrl);
        const slot = await readSlotName(client, 'catalog', direction);
        await client.query(
          `select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = $1`,
          [slot],
        );
        await database.drop();
      }
    },
  };
}
