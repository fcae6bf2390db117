import type { Project } from '../../adapters/adapter.ts';
import { packageOrigin } from '../../dependencies/find-binding.ts';
import type { DecoratorRecord } from '../../source/class-records.ts';
import type { SymbolPath } from '../../source/module-summary.ts';
import type { StaticCall, StaticValue } from '../../source/static-value.ts';

/** A decorator of a package, as it takes effect. */
export interface AppliedDecorator {
  readonly package: string;
  readonly name: string;
  readonly arguments: readonly StaticValue[];
  /** The module in whose words the arguments are. */
  readonly module: string;
  readonly line: number;
}

/** Decorators that a function of the repository puts together (`applyDecorators`), by unit and module. */
export type ComposedDecorators = ReadonlyMap<string, readonly StaticCall[]>;

/** Decorators with those that the repository composes taken apart. */
export function expandDecorators(
  module: string,
  decorators: readonly DecoratorRecord[],
  { linker }: Project,
  composed: ComposedDecorators,
): AppliedDecorator[] {
  return decorators.flatMap((decorator) => expand(module, decorator.path, decorator.arguments, decorator.line, 0));

  function expand(
    from: string,
    path: SymbolPath,
    values: readonly StaticValue[],
    line: number,
    depth: number,
  ): AppliedDecorator[] {
    const origin = packageOrigin(linker, from, path);
    if (origin !== undefined) return [{ ...origin, arguments: values, module: from, line }];
    const target = linker.follow(from, path);
    if (target?.kind !== 'unit' || depth > 4) return [];
    return (composed.get(`${target.module}#${target.unit}`) ?? []).flatMap((call) => {
      if (call.callee === undefined) return [];
      const handed = call.arguments.map((argument) =>
        argument.kind === 'parameter' ? (values[argument.index] ?? argument) : argument,
      );
      // What the caller hands over is named in the caller's words.
      const words = handed.some((value, index) => value !== call.arguments[index]) ? from : target.module;
      return expandIn(target.module, words, call.callee, handed, line, depth + 1);
    });
  }

  function expandIn(
    defining: string,
    words: string,
    path: SymbolPath,
    values: readonly StaticValue[],
    line: number,
    depth: number,
  ): AppliedDecorator[] {
    return expand(defining, path, values, line, depth).map((applied) =>
      applied.module === defining ? { ...applied, module: words } : applied,
    );
  }
}
