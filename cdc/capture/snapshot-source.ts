import type { ClientBase } from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { quoteIdentifier, quoteLiteral, quoteTable, type TableName } from '../catalog/table-name.ts';
import { databaseError } from '../connection/database-error.ts';
import { createCopyTextParser } from '../copy/copy-text.ts';
import { createTableEvents, type ChangeEvent, type TableEvents } from '../envelope/change-event.ts';
import type { EnvelopeConfig } from '../envelope/envelope-config.ts';
import { renderSource, sourceFrame, type SnapshotMarker, type SourceFrame } from '../envelope/source-block.ts';
import { compileTable, type TextTuple } from '../envelope/table-encoder.ts';
import type { Lsn } from '../source/log-position.ts';
import { createEventTypes } from './event-types-client.ts';
import { readEventTable } from './table-facts-client.ts';

export interface SnapshotOptions {
  readonly config: EnvelopeConfig;
  readonly tables: readonly TableName[];
  /** Name of an exported snapshot; undefined: the moment when the reading begins. */
  readonly snapshot: string | undefined;
  /** Where the stream goes on. */
  readonly lsn: Lsn;
  readonly nowMs: () => number;
  readonly signal: AbortSignal;
}

/**
 * The rows of all tables as they were at one moment, table by table, as events. Each table's first and last row are marked, and
 * the last of all. Ends the transaction that it begins in `client`.
 */
export async function* readSnapshot(client: ClientBase, options: SnapshotOptions): AsyncGenerator<ChangeEvent[]> {
  const { config, snapshot } = options;
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
  if (snapshot !== undefined) await client.query(`SET TRANSACTION SNAPSHOT ${quoteLiteral(snapshot)}`);
  const { rows } = await client.query<{ xid: string }>('select pg_current_xact_id()::text as xid');
  const frame = sourceFrame({
    ...config,
    timeUs: BigInt(options.nowMs()) * 1000n,
    txId: Number(rows[0]?.xid),
    lastCommit: null,
    origin: undefined,
  });
  let held: ((marker: SnapshotMarker | undefined) => ChangeEvent) | undefined;
  try {
    for (const [at, table] of options.tables.entries()) {
      for await (const { events, last } of readTable(client, options, frame, table, at === 0)) {
        if (held !== undefined) yield [held(undefined)];
        held = last;
        if (events.length > 0) yield events;
      }
    }
    // The last tables may be empty, and the last row is still the last of all.
    if (held !== undefined) yield [held('last')];
  } finally {
    await client.query('ROLLBACK').catch(() => {});
  }
}

/** Rows, and the table's last row held back, since only its end tells which one that was. */
interface TablePart {
  readonly events: ChangeEvent[];
  readonly last: ((marker: SnapshotMarker | undefined) => ChangeEvent) | undefined;
}

async function* readTable(
  client: ClientBase,
  options: SnapshotOptions,
  frame: SourceFrame,
  name: TableName,
  isFirst: boolean,
): AsyncGenerator<TablePart> {
  const described = await readEventTable(client, createEventTypes(client), name);
  if (described === undefined) return;
  const events = createTableEvents(compileTable(described, options.config, 'snapshot'), options.config);
  const columns = described.columns.map((column) => quoteIdentifier(column.name)).join(', ');
  const out = client.query(copyTo(`COPY (SELECT ${columns} FROM ${quoteTable(name)}) TO STDOUT`));
  const parser = createCopyTextParser();
  const render = rowRenderer(events, options, frame);
  let rows = 0;
  let held: TextTuple | undefined;
  try {
    for await (const chunk of out) {
      options.signal.throwIfAborted();
      const parsed = parser.parse(chunk as Buffer);
      const part: ChangeEvent[] = [];
      for (const row of parsed) {
        if (held !== undefined) part.push(render(held, markerOf(rows, isFirst)));
        if (held !== undefined) rows += 1;
        held = row;
      }
      if (part.length > 0) yield { events: part, last: undefined };
    }
  } catch (error) {
    options.signal.throwIfAborted();
    throw databaseError(error, `The snapshot of ${name.schema}.${name.name} failed`);
  }
  const row = held;
  if (row === undefined) return;
  const own = rows === 0 && isFirst ? 'first' : 'last_in_data_collection';
  yield { events: [], last: (marker) => render(row, marker ?? own) };
}

const markerOf = (before: number, isFirst: boolean): SnapshotMarker =>
  before > 0 ? 'true' : isFirst ? 'first' : 'first_in_data_collection';

function rowRenderer(events: TableEvents, { lsn, nowMs }: SnapshotOptions, frame: SourceFrame) {
  const sources = new Map<SnapshotMarker, string>();
  const sourceOf = (marker: SnapshotMarker) => {
    const known = sources.get(marker);
    if (known !== undefined) return known;
    const source = renderSource(frame, events.encoder.sourceNames, lsn.toString(), marker);
    sources.set(marker, source);
    return source;
  };
  const transaction = () => 'null';
  return (row: TextTuple, marker: SnapshotMarker): ChangeEvent => {
    const ms = nowMs();
    const times = `"ts_ms":${ms},"ts_us":${ms}000,"ts_ns":${ms}000000`;
    return events.read(row, { source: sourceOf(marker), transaction, times });
  };
}
