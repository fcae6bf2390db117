import type { ModuleSummary, SymbolPath } from '../source/module-summary.ts';
import type { SymbolLinker } from './link-symbols.ts';

/** A top-level name (or class) and what is taken of it, without following on to what it holds. */
export interface Binding {
  readonly module: string;
  readonly name: string;
  readonly steps: readonly string[];
}

/** The name behind a path: what a constant is known by, whatever value it has. Undefined for what comes from a package. */
export function findBinding(
  modules: ReadonlyMap<string, ModuleSummary>,
  linker: SymbolLinker,
  module: string,
  path: SymbolPath,
  depth = 0,
): Binding | undefined {
  const { root, steps } = path;
  if (depth > 12 || root.kind === 'parameter') return undefined;
  if (root.kind !== 'import') return { module, name: root.name, steps };
  const resolution = linker.resolve(module, root.specifier);
  if (resolution.kind !== 'module') return undefined;
  const whole = root.name === '*' || root.name === '=';
  const wanted = whole ? steps[0] : root.name;
  const rest = whole ? steps.slice(1) : steps;
  const assigned = modules.get(resolution.id)?.exports.get('=');
  if (assigned !== undefined && (root.name === '=' || root.name === 'default')) {
    return findBinding(
      modules,
      linker,
      resolution.id,
      { root: assigned.root, steps: [...assigned.steps, ...steps] },
      depth + 1,
    );
  }
  if (wanted === undefined) return undefined;
  const defining = linker.definingModule(resolution.id, wanted);
  const exported = modules.get(defining)?.exports.get(wanted);
  return exported === undefined
    ? undefined
    : findBinding(modules, linker, defining, { root: exported.root, steps: [...exported.steps, ...rest] }, depth + 1);
}

/** `package#Name` of a value that a package gives, through re-exports and constants of the repository; undefined for anything else. */
export function packageOrigin(
  linker: SymbolLinker,
  module: string,
  path: SymbolPath,
): { readonly package: string; readonly name: string } | undefined {
  const target = linker.follow(module, path);
  if (target?.kind !== 'external') return undefined;
  const names = [target.name, ...target.steps].filter((name) => !['default', '*', '='].includes(name));
  return { package: packageOf(target.specifier), name: names.join('.') };
}

/** `@nestjs/common/decorators` is of `@nestjs/common`, `yargs/yargs` of `yargs`. */
function packageOf(specifier: string): string {
  const parts = specifier.split('/');
  return parts.slice(0, specifier.startsWith('@') ? 2 : 1).join('/');
}
