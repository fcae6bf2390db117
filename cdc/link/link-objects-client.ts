import type { ClientBase } from 'pg';
import { OvergrowError, giverOf, type ContextScope, type Direction, type OwnedObject } from '@overgrow/core';
import { quoteIdentifier, quoteLiteral, quoteTable, type TableName } from '../catalog/table-name.ts';
import { publicationName, slotName } from '../connection/names.ts';
import { createSlot, readSlot } from '../source/slot-client.ts';

/** The slot that a direction's link reads in the giver that this client is connected to. */
export async function readSlotName(giver: ClientBase, context: string, direction: Direction): Promise<string> {
  const { rows } = await giver.query<{ oid: string }>(
    'select oid::text from pg_database where datname = current_database()',
  );
  return slotName(context, direction, rows[0]?.oid ?? '');
}

/** Makes the publication of a link's tables, or gives it the tables it should have. Changes of leaves appear as the parent's. */
export async function ensurePublication(
  giver: ClientBase,
  context: string,
  direction: Direction,
  tables: readonly TableName[],
): Promise<void> {
  const name = publicationName(context, direction);
  const list = tables.map(quoteTable).join(', ');
  const { rowCount } = await giver.query('select from pg_publication where pubname = $1', [name]);
  await giver.query(
    rowCount === 0
      ? `CREATE PUBLICATION ${quoteIdentifier(name)} FOR TABLE ${list} WITH (publish_via_partition_root = true)`
      : `ALTER PUBLICATION ${quoteIdentifier(name)} SET TABLE ${list}`,
  );
}

/** Makes the slot that a direction reads, where it is missing. Waits for every transaction that is open in the giver. */
export async function ensureSlot(giver: ClientBase, context: string, direction: Direction): Promise<string> {
  const name = await readSlotName(giver, context, direction);
  await createSlot(giver, name);
  return name;
}

/** What a database has for the links of a context: slot and publication of the one that reads it, progress of the other. */
export async function listLinkObjects(
  client: ClientBase,
  ref: ContextScope,
  reads: Direction,
): Promise<readonly OwnedObject[]> {
  const side = giverOf(reads);
  const objects: OwnedObject[] = [];
  const slot = await readSlotName(client, ref.context, reads);
  if ((await readSlot(client, slot)) !== undefined) {
    objects.push({ side, kind: 'slot', name: slot, removal: `SELECT pg_drop_replication_slot(${quoteLiteral(slot)})` });
  }
  const name = publicationName(ref.context, reads);
  const { rowCount } = await client.query('select from pg_publication where pubname = $1', [name]);
  if (rowCount !== 0) {
    objects.push({ side, kind: 'publication', name, removal: `DROP PUBLICATION ${quoteIdentifier(name)}` });
  }
  if (await isLastProgress(client, ref)) {
    objects.push({ side, kind: 'table', name: 'overgrow.progress', removal: 'DROP TABLE IF EXISTS overgrow.progress' });
  }
  return objects;
}

/**
 * Removes what `listLinkObjects` lists, and the progress rows of the context.
 * @throws CDC_STILL_RUNNING while a link reads the slot; nothing is removed then.
 */
export async function removeLinkObjects(
  client: ClientBase,
  ref: ContextScope,
  reads: Direction,
): Promise<readonly OwnedObject[]> {
  const objects = await listLinkObjects(client, ref, reads);
  const slot = await readSlot(client, await readSlotName(client, ref.context, reads));
  if (slot !== undefined && slot.activePid !== null) {
    throw new OvergrowError(
      'CDC_STILL_RUNNING',
      `Session ${slot.activePid} reads the ${reads} slot of ${ref.context}.`,
      {
        hint: 'Stop the process that runs the bridge, then uninstall.',
      },
    );
  }
  for (const { removal } of objects) await client.query(removal);
  const { rows } = await client.query<{ found: boolean }>(
    `select to_regclass('overgrow.progress') is not null as found`,
  );
  if (rows[0]?.found === true) {
    await client.query('delete from overgrow.progress where context = $1 and scope = $2', [ref.context, ref.scope]);
  }
  return objects;
}

async function isLastProgress(client: ClientBase, ref: ContextScope): Promise<boolean> {
  const { rows } = await client.query<{ found: boolean }>(
    `select to_regclass('overgrow.progress') is not null as found`,
  );
  if (rows[0]?.found !== true) return false;
  const others = await client.query(
    'select from overgrow.progress where (context, scope) is distinct from ($1::text, $2::text) limit 1',
    [ref.context, ref.scope],
  );
  return others.rowCount === 0;
}
