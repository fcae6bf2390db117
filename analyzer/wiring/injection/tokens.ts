import { findBinding, packageOrigin } from '../../dependencies/find-binding.ts';
import type { SymbolLinker } from '../../dependencies/link-symbols.ts';
import type { ModuleSummary, SymbolPath } from '../../source/module-summary.ts';
import { resolveText } from '../../source/resolve-text.ts';
import { piecesOf, type StaticValue } from '../../source/static-value.ts';

export interface Linked {
  readonly modules: ReadonlyMap<string, ModuleSummary>;
  readonly linker: SymbolLinker;
}

/**
 * What a token is known by, the same wherever it is named: `'text`, `module#Class`, `module#CONSTANT`, `package#Name`.
 * Undefined when the source doesn't say.
 */
export function tokenKey(
  module: string,
  token: StaticValue | undefined,
  linked: Linked,
  depth = 0,
): string | undefined {
  if (token === undefined || depth > 4) return undefined;
  const inner = (value: StaticValue | undefined) => tokenKey(module, value, linked, depth + 1);
  switch (token.kind) {
    case 'text':
      return textKey(module, token, linked);
    case 'reference':
      return textKey(module, token, linked) ?? typeKey(module, token.path, linked);
    case 'function':
      return inner(token.returns);
    case 'call': {
      // `forwardRef(() => Orders)` is `Orders`; `getRepositoryToken(Order)` is a token of its own.
      if (token.name === 'forwardRef' || token.name === 'delay') return inner(token.arguments[0]);
      const keys = token.arguments.map(inner);
      return keys.includes(undefined) || token.name === undefined ? undefined : `${token.name}(${keys.join()})`;
    }
    default:
      return undefined;
  }
}

/** What a class, interface or constant is known by. */
export function typeKey(module: string, path: SymbolPath, { modules, linker }: Linked): string | undefined {
  const target = linker.follow(module, path);
  if (target?.kind === 'unit' && target.steps.length === 0) return `${target.module}#${target.unit}`;
  const binding = findBinding(modules, linker, module, path);
  if (binding !== undefined) return `${binding.module}#${[binding.name, ...binding.steps].join('.')}`;
  const origin = packageOrigin(linker, module, path);
  return origin === undefined ? undefined : `${origin.package}#${origin.name}`;
}

function textKey(module: string, token: StaticValue, { linker }: Linked): string | undefined {
  const pieces = piecesOf(token);
  const [text] = pieces === undefined || pieces.length === 0 ? [] : resolveText(module, pieces, linker);
  return text === undefined || text.includes(undefined) ? undefined : `'${text.join('')}`;
}
