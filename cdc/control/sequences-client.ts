import { giverOf, OvergrowError, receiverOf, type AttemptRef, type Direction } from '@overgrow/core';
import { quoteIdentifier, quoteTable, renderTableName, type TableName } from '../catalog/table-name.ts';
import type { TableMap, TextRow } from '../mapping/table-map.ts';
import { decideArm } from './control-row.ts';
import { readControlRow, requireGo } from './control-store.ts';
import { decideNextValue, furthestValue, type SequenceState } from './next-value.ts';
import { openControl, type ControlScope } from './ownership-client.ts';
import { transaction, type Statements } from './statements-client.ts';

/** Room for values that were taken in the giver and not yet seen when its sequence was read. */
const margin = 100n;

/** Sequences that belong to a column, and those that only its default names. */
const ownedSequences = `
  with columns as (
    select d.refobjid as relation, d.refobjsubid as attnum, d.objid as sequence
    from pg_depend d
    where d.classid = 'pg_class'::regclass and d.refclassid = 'pg_class'::regclass and d.refobjsubid > 0
      and d.deptype in ('a', 'i')
    union
    select f.adrelid, f.adnum, d.refobjid
    from pg_attrdef f join pg_depend d on d.classid = 'pg_attrdef'::regclass and d.objid = f.oid
    where d.refclassid = 'pg_class'::regclass)
  select n.nspname || '.' || c.relname as table, a.attname as column, s.seqrelid::regclass::text as name,
    s.seqincrement::text as increment, s.seqcache::text as cache, s.seqmin::text as min, s.seqmax::text as max
  from columns o
  join pg_sequence s on s.seqrelid = o.sequence
  join pg_class c on c.oid = o.relation
  join pg_namespace n on n.oid = c.relnamespace
  join pg_attribute a on a.attrelid = c.oid and a.attnum = o.attnum
  where n.nspname || '.' || c.relname = any($1)
  order by 1, 2`;

interface ColumnSequence extends SequenceState {
  readonly table: string;
  readonly column: string;
}

async function readSequences(statements: Statements, tables: readonly TableName[]): Promise<ColumnSequence[]> {
  const found = await statements.query<
    Record<'table' | 'column' | 'name' | 'increment' | 'cache' | 'min' | 'max', string>
  >(ownedSequences, [tables.map(renderTableName)]);
  const sequences: ColumnSequence[] = [];
  for (const { table, column, name, increment, cache, min, max } of found) {
    const [state] = await statements.query<{ last: string; called: boolean }>(
      `select last_value::text as last, is_called as called from ${name}`,
    );
    sequences.push({
      table,
      column,
      name,
      lastValue: BigInt(state?.last ?? min),
      called: state?.called ?? false,
      increment: BigInt(increment),
      cache: BigInt(cache),
      min: BigInt(min),
      max: BigInt(max),
    });
  }
  return sequences;
}

/**
 * Moves the receiver's sequences and identities past everything that the giver used: its sequences' last values as the
 * mapping turns them into the receiver's keys, and the rows that have arrived. Called between barrier and flip, when
 * neither side takes new values.
 *
 * @returns sequence → next value. @throws CDC_SEQUENCE_EXHAUSTED, CDC_CONTROL_STALE.
 */
export async function moveSequences(
  scope: ControlScope,
  maps: readonly TableMap[],
  ref: AttemptRef,
  direction: Direction,
  signal: AbortSignal,
): Promise<Readonly<Record<string, string>>> {
  const used = await readUsed(scope, maps, direction);
  const moved: Record<string, string> = {};
  await using receiver = await openControl(scope, receiverOf(direction), 'moveSequences');
  await transaction(receiver, async () => {
    const row = await readControlRow(receiver, ref, 'wait');
    requireGo(decideArm(row, ref, direction), row, ref, 'moveSequences');
    for (const sequence of await readSequences(receiver, scope.tables[receiverOf(direction)])) {
      signal.throwIfAborted();
      const values = [
        ...(used.get(`${sequence.table}.${sequence.column}`) ?? []),
        ...(await readFurthestRow(receiver, sequence)),
      ];
      const next = decideNextValue(sequence, values, margin);
      if (next.kind === 'exhausted') throw exhausted(sequence, next.next);
      if (next.kind === 'moves') {
        await receiver.query('select setval($1::regclass, $2::bigint, false)', [sequence.name, next.next.toString()]);
      }
      moved[sequence.name] = next.next.toString();
    }
  });
  return moved;
}

/** What the giver's sequences have given out, as values of the receiver's columns: `schema.table.column` → values. */
async function readUsed(
  scope: ControlScope,
  maps: readonly TableMap[],
  direction: Direction,
): Promise<ReadonlyMap<string, bigint[]>> {
  await using giver = await openControl(scope, giverOf(direction), 'moveSequences');
  const [sessions] = await giver.query<{ count: number }>(
    `select count(*)::int from pg_stat_activity where datname = current_database()`,
  );
  const used = new Map<string, bigint[]>();
  for (const sequence of await readSequences(giver, scope.tables[giverOf(direction)])) {
    const value = furthestValue(sequence, sessions?.count ?? 1);
    for (const map of maps) {
      const [from, to, key] =
        direction === 'forward'
          ? ([map.source, map.target, map.sourceKey] as const)
          : ([map.target, map.source, map.targetKey] as const);
      if (renderTableName(from) !== sequence.table || !key.includes(sequence.column)) continue;
      const row = { ...Object.fromEntries(key.map((column) => [column, null])), [sequence.column]: value.toString() };
      for (const [column, text] of Object.entries(mapKey(map, direction, row))) {
        if (text === null || !/^-?\d+$/.test(text)) continue;
        const place = `${renderTableName(to)}.${column}`;
        used.set(place, [...(used.get(place) ?? []), BigInt(text)]);
      }
    }
  }
  return used;
}

/** A key expression may refuse a row that has nothing but one value; then the rows that arrived must do. */
function mapKey(map: TableMap, direction: Direction, row: TextRow): TextRow {
  try {
    return direction === 'forward' ? map.forwardKey(row) : map.reverseKey(row);
  } catch {
    return {};
  }
}

async function readFurthestRow(statements: Statements, sequence: ColumnSequence): Promise<bigint[]> {
  const dot = sequence.table.indexOf('.');
  const table = quoteTable({ schema: sequence.table.slice(0, dot), name: sequence.table.slice(dot + 1) });
  const furthest = sequence.increment > 0n ? 'max' : 'min';
  const [row] = await statements.query<{ value: string | null }>(
    `select ${furthest}(${quoteIdentifier(sequence.column)})::text as value from ${table}`,
  );
  return row?.value === null || row?.value === undefined || !/^-?\d+$/.test(row.value) ? [] : [BigInt(row.value)];
}

function exhausted(sequence: ColumnSequence, next: bigint): OvergrowError {
  return new OvergrowError(
    'CDC_SEQUENCE_EXHAUSTED',
    `${sequence.name} of ${sequence.table}.${sequence.column} would have to stand at ${next}, beyond ${sequence.max}.`,
    { hint: `Run ALTER SEQUENCE ${sequence.name} AS bigint, and give the column a type that holds it.` },
  );
}
