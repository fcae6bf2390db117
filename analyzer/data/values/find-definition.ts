import type { SymbolLinker } from '../../dependencies/link-symbols.ts';
import type { ModuleSummary } from '../../source/module-summary.ts';

/** What a module's export is, through barrels, but not through values: a table's model is where it is defined. */
export type Definition =
  | {
      readonly kind: 'unit' | 'binding';
      readonly module: string;
      readonly name: string;
      readonly steps: readonly string[];
    }
  | { readonly kind: 'namespace'; readonly module: string; readonly steps: readonly string[] }
  | { readonly kind: 'external'; readonly package: string; readonly names: readonly string[] };

const deepest = 12;

/** Finds what a module imports by a name; `*` is the whole module, `=` what CommonJS hands out. */
export function findDefinition(
  modules: ReadonlyMap<string, ModuleSummary>,
  linker: SymbolLinker,
  module: string,
  specifier: string,
  name: string,
  depth = 0,
): Definition | undefined {
  const resolution = linker.resolve(module, specifier);
  // What a test runner puts in a package's place stands for the package.
  const mocked = resolution.kind === 'module' && /(?:^|\/)__mocks__\//.test(resolution.id);
  if (resolution.kind === 'module' && !mocked) return findExport(modules, linker, resolution.id, name, depth);
  // A package that no package.json lists is one all the same; a path that leads nowhere is not.
  return specifier.startsWith('.')
    ? undefined
    : { kind: 'external', package: specifier.replace(/^node:/, ''), names: whole.has(name) ? [] : [name] };
}

const whole = new Set(['*', '=', 'default']);

export function findExport(
  modules: ReadonlyMap<string, ModuleSummary>,
  linker: SymbolLinker,
  module: string,
  name: string,
  depth = 0,
): Definition | undefined {
  const summary = modules.get(module);
  if (summary === undefined || depth > deepest) return undefined;
  const own = summary.exports.get(name);
  if (own !== undefined) return definitionOf(own);
  const assigned = summary.exports.get('=');
  if (whole.has(name))
    return assigned === undefined ? { kind: 'namespace', module, steps: [] } : definitionOf(assigned);
  for (const specifier of summary.starExports) {
    const resolution = linker.resolve(module, specifier);
    if (resolution.kind !== 'module') continue;
    const found = findExport(modules, linker, resolution.id, name, depth + 1);
    if (found !== undefined) return found;
  }
  return assigned === undefined ? undefined : withSteps(definitionOf(assigned), [name]);

  function definitionOf(path: NonNullable<typeof own>): Definition | undefined {
    const { root, steps } = path;
    switch (root.kind) {
      case 'unit':
      case 'binding':
        return { kind: root.kind, module, name: root.name, steps };
      case 'import':
        return withSteps(findDefinition(modules, linker, module, root.specifier, root.name, depth + 1), steps);
      case 'parameter':
        return undefined;
    }
  }
}

function withSteps(definition: Definition | undefined, steps: readonly string[]): Definition | undefined {
  if (definition === undefined || steps.length === 0) return definition;
  return definition.kind === 'external'
    ? { ...definition, names: [...definition.names, ...steps] }
    : { ...definition, steps: [...definition.steps, ...steps] };
}
