import type { SymbolPath } from '../../source/module-summary.ts';
import type { TableDefinition } from '../query-builder/definitions.ts';
import type { TableTexts } from '../query-builder/table-argument.ts';

/** One fluent query, before names are resolved. */
export interface KnexQuery {
  readonly unit: string;
  /** What it is about: `knex('t')`, `.from('t')`, `.into('t')`. Written when `writes`, else read. */
  readonly main: TableTexts;
  /** What it joins: read. */
  readonly joined: TableTexts;
  readonly writes: boolean;
  /** Client or builder by its name or type: a table that can't be known is worth a report. */
  readonly certain: boolean;
  /** Goes on with a query of this module that a variable holds: its place in the list. */
  readonly continues: number | undefined;
  /** Goes on with what this function gives back. */
  readonly calls: SymbolPath | undefined;
  /** It is what its unit gives back. */
  readonly returned: boolean;
  readonly at: number;
  readonly line: number;
}

export interface KnexFound {
  readonly queries: readonly KnexQuery[];
  readonly definitions: readonly TableDefinition[];
  /** Names of WITH queries, by unit. */
  readonly common: ReadonlyMap<string, ReadonlySet<string>>;
}
