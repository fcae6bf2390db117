import type { SymbolPath, TextPiece } from '../../source/module-summary.ts';
import type { ObjectShape } from '../object-shape/object-shape.ts';

/** `export const users = pgTable('users', { … })`. */
export interface DrizzleTable {
  /** The name that holds it. */
  readonly name: string;
  /** What made it: the package's function, or something of this project that made a creator or a schema. */
  readonly maker: SymbolPath;
  readonly table: readonly TextPiece[];
  readonly references: readonly SymbolPath[];
  readonly line: number;
}

/** `pgSchema('auth')`, `pgTableCreator((name) => `app_${name}`)`. */
export interface DrizzleMaker {
  readonly name: string;
  readonly schema: string | undefined;
  /** What stands before and after the name of each table. */
  readonly around: readonly [string, string];
}

/** One relation of a table, by values, or by the keys of the schema (`defineRelations`). */
export interface DrizzleRelation {
  readonly from: SymbolPath | string;
  readonly name: string;
  readonly to: SymbolPath | string;
}

/** Tables that one fluent query names by value; a table that is none is somebody else's argument. */
export interface DrizzleQuery {
  readonly unit: string;
  readonly reads: readonly SymbolPath[];
  readonly writes: readonly SymbolPath[];
  /** `db.query.users.findMany({ with })`. */
  readonly queried: { readonly key: string; readonly args: ObjectShape } | undefined;
  readonly at: number;
  readonly line: number;
}

export interface DrizzleFound {
  readonly tables: readonly DrizzleTable[];
  readonly makers: readonly DrizzleMaker[];
  readonly relations: readonly DrizzleRelation[];
  readonly queries: readonly DrizzleQuery[];
}
