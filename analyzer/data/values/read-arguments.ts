import type { SymbolLinker } from '../../dependencies/link-symbols.ts';
import { resolveText, type ResolvedText } from '../../source/resolve-text.ts';
import type { Evaluator } from './evaluator.ts';
import type { Expression } from './expression.ts';
import type { Argument, Environment, Value } from './value.ts';

type Reader = Pick<Evaluator, 'texts' | 'text' | 'property' | 'properties' | 'items' | 'constant'>;

/** Reads what calls are given: texts, options, lists. */
export function createArgumentReader(
  linker: SymbolLinker,
  through: {
    readonly evaluate: (expression: Expression, environment: Environment) => Value;
    readonly propertyOf: (value: Extract<Value, { kind: 'object' }>, name: string) => Argument | undefined;
    readonly resolved: (expression: Expression, module: string) => Expression;
  },
): Reader {
  const texts: Evaluator['texts'] = (argument) => {
    if (argument === undefined) return [];
    const value = through.evaluate(argument.expression, argument.environment);
    const options = value?.kind === 'several' ? value.options : [value];
    return options.flatMap((option): readonly ResolvedText[] => {
      if (option?.kind !== 'text') return [[undefined]];
      return resolveText(option.module, option.pieces, linker);
    });
  };

  return {
    texts,
    text: (argument) => {
      const [first] = texts(argument);
      return first?.every((piece) => piece !== undefined) === true && first.length > 0 ? first.join('') : undefined;
    },
    property: (argument, ...path) => {
      let at = argument;
      for (const name of path) {
        const value = at === undefined ? undefined : through.evaluate(at.expression, at.environment);
        at = value?.kind === 'object' ? through.propertyOf(value, name) : undefined;
      }
      return at;
    },
    properties: (argument) => {
      const value = argument === undefined ? undefined : through.evaluate(argument.expression, argument.environment);
      if (value?.kind !== 'object') return [];
      return value.expression.properties.map(([name, expression]) => [
        name,
        { expression, environment: value.environment },
      ]);
    },
    items: (argument) => {
      if (argument === undefined) return [];
      const value = through.evaluate(argument.expression, argument.environment);
      return value?.kind === 'list' ? value.items : [argument];
    },
    constant: (argument) => {
      const expression =
        argument === undefined ? undefined : through.resolved(argument.expression, argument.environment.module);
      return expression?.kind === 'constant' ? expression.value : undefined;
    },
  };
}
