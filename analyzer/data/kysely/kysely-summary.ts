import type { TableDefinition } from '../query-builder/definitions.ts';
import type { TableTexts } from '../query-builder/table-argument.ts';

/** Tables that one fluent query names. */
export interface KyselyQuery {
  readonly unit: string;
  readonly reads: TableTexts;
  readonly writes: TableTexts;
  /** `withSchema('s')`. */
  readonly schema: TableTexts;
  readonly at: number;
  readonly line: number;
}

export interface KyselyFound {
  readonly queries: readonly KyselyQuery[];
  readonly definitions: readonly TableDefinition[];
  /** Names of WITH queries, by unit. */
  readonly common: ReadonlyMap<string, ReadonlySet<string>>;
}
