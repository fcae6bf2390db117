import type { UnitKind } from '../facts/facts.ts';
import type { ClassRecord } from './class-records.ts';
import type { DynamicImport } from '../dependencies/collect-imports.ts';
import type { TransactionRecord } from '../transactions/collect-transactions.ts';

/**
 * A value seen from one module: where it starts and which steps lead to it. Steps are member names, `()` for the result of a
 * call and `new` for an instance. `createOrders(db).place` is `{ root: createOrders, steps: ['()', 'place'] }`.
 */
export interface SymbolPath {
  readonly root:
    | { readonly kind: 'unit'; readonly name: string }
    | { readonly kind: 'binding'; readonly name: string }
    | { readonly kind: 'import'; readonly specifier: string; readonly name: string }
    | { readonly kind: 'parameter'; readonly unit: string; readonly index: number };
  readonly steps: readonly string[];
}

/** A piece of a text that is put together: known text, a value defined elsewhere, one of several texts, or unknown. */
export type TextPiece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'symbol'; readonly path: SymbolPath }
  | { readonly kind: 'choice'; readonly texts: readonly (readonly TextPiece[])[] }
  | { readonly kind: 'hole'; readonly source: string };

export interface ImportRecord {
  readonly specifier: string;
  readonly type: boolean;
  /** Imported names; `*` is the whole namespace, an empty list is an import for its effects. */
  readonly names: readonly string[];
  readonly line: number;
}

export interface UnitRecord {
  /** The part of the id behind `#`. */
  readonly name: string;
  readonly kind: Exclude<UnitKind, 'module'>;
  readonly line: number;
  readonly lines: number;
  /** The unit around it; `''` is the module. */
  readonly within: string;
  readonly parameters: readonly string[];
}

/** A use of a value inside a unit (`''` is the module's top level). */
export interface ReferenceRecord {
  readonly unit: string;
  readonly path: SymbolPath;
  readonly at: number;
  readonly line: number;
  /** Names of plain identifiers among the arguments, by position, when the use is a call. */
  readonly arguments?: readonly (string | undefined)[];
}

/** All that the later steps need of one module. The syntax tree is gone once this is made. */
export interface ModuleSummary {
  readonly id: string;
  readonly lines: number;
  readonly imports: readonly ImportRecord[];
  readonly exports: ReadonlyMap<string, SymbolPath>;
  /** `export * from`. */
  readonly starExports: readonly string[];
  readonly units: readonly UnitRecord[];
  /** What top-level names and class fields (`Class.field`) hold, and properties of top-level objects (`object.property`). */
  readonly values: ReadonlyMap<string, SymbolPath>;
  /** Text constants by the same names. */
  readonly texts: ReadonlyMap<string, readonly TextPiece[]>;
  readonly references: readonly ReferenceRecord[];
  readonly classes: readonly ClassRecord[];
  /** Where each named function starts, by offset. */
  readonly unitStarts: readonly (readonly [number, string])[];
  /** Local names of imports that are not relative, as guards are called by them. */
  readonly packageNames: ReadonlyMap<string, string>;
  readonly dynamicImports: readonly DynamicImport[];
  readonly terms: readonly string[];
  readonly transactions: readonly TransactionRecord[];
  /** What each adapter found here, by its name. */
  readonly found: ReadonlyMap<string, unknown>;
  /** What an adapter could not read, and why. */
  readonly faults: readonly string[];
}
