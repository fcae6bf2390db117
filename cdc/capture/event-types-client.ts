import type { ClientBase } from 'pg';
import type { EventType } from '../envelope/types/column-type.ts';

interface TypeRow {
  readonly oid: number;
  readonly name: string;
  readonly typtype: string;
  readonly base: number;
  readonly modifier: number;
  readonly element: number;
  readonly labels: string[];
}

/** A column's type with its domains resolved, and the modifier that the innermost domain with one gives. */
export interface ResolvedType {
  readonly type: EventType;
  readonly modifier: number;
  readonly declared: string;
}

/** What `pg_type` says, read once for each type. */
export interface EventTypes {
  /** Reads the types that the next calls of `resolve` ask for. Those that users made may have changed, and are read anew. */
  load(oids: readonly number[]): Promise<void>;
  resolve(oid: number, modifier: number): ResolvedType;
}

const typesQuery = `
  select t.oid::int8::float8 as oid, t.typname as name, t.typtype, t.typbasetype::int8::float8 as base,
    t.typtypmod as modifier, case when t.typcategory = 'A' then t.typelem::int8::float8 else 0 end as element,
    coalesce((select array_agg(e.enumlabel::text order by e.enumsortorder) from pg_enum e where e.enumtypid = t.oid), '{}')
      as labels
  from pg_type t where t.oid = any($1::oid[])`;

/** `FirstNormalObjectId`: types below it came with the server. */
const firstUserOid = 16_384;

export function createEventTypes(client: ClientBase): EventTypes {
  const rows = new Map<number, TypeRow>();
  const typeOf = (row: TypeRow): EventType => {
    const element = row.element === 0 ? undefined : rows.get(row.element);
    return {
      oid: row.oid,
      name: row.name,
      kind: element !== undefined ? 'array' : row.typtype === 'e' ? 'enum' : kindOf(row.typtype),
      labels: row.labels,
      element: element && typeOf(element),
    };
  };
  return {
    load: async (oids) => {
      let missing = [...new Set(oids)].filter((oid) => oid >= firstUserOid || !rows.has(oid));
      while (missing.length > 0) {
        const found = await client.query<TypeRow>(typesQuery, [missing]);
        for (const row of found.rows) rows.set(row.oid, row);
        const next = found.rows.flatMap((row) => [row.base, row.element]).filter((oid) => oid !== 0 && !rows.has(oid));
        missing = [...new Set(next)];
      }
    },
    resolve: (oid, modifier) => {
      const declared = rows.get(oid);
      if (declared === undefined) return { type: unknownType(oid), modifier, declared: String(oid) };
      let row = declared;
      let effective = modifier;
      while (row.typtype === 'd') {
        if (effective < 0) effective = row.modifier;
        const base = rows.get(row.base);
        if (base === undefined) break;
        row = base;
      }
      return { type: typeOf(row), modifier: effective, declared: declared.name };
    },
  };
}

/** Ranges are values by themselves; composites, multiranges and domains inside arrays are not shown. */
const kindOf = (typtype: string): EventType['kind'] => (typtype === 'b' || typtype === 'r' ? 'base' : 'other');

const unknownType = (oid: number): EventType => ({
  oid,
  name: String(oid),
  kind: 'other',
  labels: [],
  element: undefined,
});
