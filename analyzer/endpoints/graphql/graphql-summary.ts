import type { SymbolPath } from '../../source/module-summary.ts';
import type { StaticObject, StaticValue } from '../../source/static-value.ts';

/** Fields that code defines one by one: Pothos, Nexus, graphql-js. */
export interface DefinedField {
  readonly type: string;
  readonly name: StaticValue | string;
  readonly handler: StaticValue | undefined;
  /** The function or object that defines it; its package is known when all modules are linked. */
  readonly maker: SymbolPath;
  readonly line: number;
}

export interface GraphqlSummary {
  /** Objects that have a root type as a key, wherever they stand. */
  readonly roots: readonly StaticObject[];
  /** Objects at the top level that may be (part of) a type's fields. */
  readonly objects: ReadonlyMap<string, StaticObject>;
  readonly defined: readonly DefinedField[];
  /** Lines of the keys above, by offset. */
  readonly lines: ReadonlyMap<number, number>;
}
