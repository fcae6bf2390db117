import type { SymbolPath } from './module-summary.ts';
import type { StaticValue } from './static-value.ts';

/** What stands behind an `@`. */
export interface DecoratorRecord {
  readonly path: SymbolPath;
  /** The last name of the path, as it is written. */
  readonly name: string;
  readonly arguments: readonly StaticValue[];
  readonly at: number;
  readonly line: number;
}

export interface ParameterRecord {
  readonly index: number;
  /** Its name; undefined for a pattern. */
  readonly name: string | undefined;
  /** Names taken out of it by a pattern. */
  readonly keys: readonly string[];
  /** `private readonly name`: it is a field as well. */
  readonly field: boolean;
  readonly type: SymbolPath | undefined;
  readonly decorators: readonly DecoratorRecord[];
}

export interface MemberRecord {
  readonly name: string;
  readonly kind: 'method' | 'field';
  /** The unit of a method with a body, or of a field that holds a function. */
  readonly unit: string | undefined;
  readonly static: boolean;
  readonly abstract: boolean;
  readonly decorators: readonly DecoratorRecord[];
  readonly parameters: readonly ParameterRecord[];
  /** The declared type of a field. */
  readonly type: SymbolPath | undefined;
  /** The value that a field starts with. */
  readonly value: StaticValue | undefined;
  readonly from: number;
  readonly to: number;
  readonly line: number;
}

/** A class as frameworks see it: decorators, what its constructor takes, members, parents. */
export interface ClassRecord {
  readonly unit: string;
  readonly abstract: boolean;
  readonly extends: SymbolPath | undefined;
  readonly implements: readonly SymbolPath[];
  readonly decorators: readonly DecoratorRecord[];
  /** What the constructor takes; undefined where it has none of its own. */
  readonly parameters: readonly ParameterRecord[] | undefined;
  readonly members: readonly MemberRecord[];
  readonly at: number;
  readonly line: number;
}
