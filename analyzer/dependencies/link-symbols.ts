import type { ModuleSummary, SymbolPath, TextPiece } from '../source/module-summary.ts';
import type { Resolution } from './module-resolver-source.ts';

export type Target =
  | { readonly kind: 'unit'; readonly module: string; readonly unit: string; readonly steps: readonly string[] }
  | { readonly kind: 'binding'; readonly module: string; readonly name: string }
  | { readonly kind: 'module'; readonly module: string }
  /**
   * A value of a package: by its specifier, the imported name and the steps after it. `held` is the last name in this project that has it:
   * `users` of `export const users = pgTable(…)`.
   */
  | {
      readonly kind: 'external';
      readonly specifier: string;
      readonly name: string;
      readonly steps: readonly string[];
      readonly held?: { readonly module: string; readonly name: string };
    }
  | {
      readonly kind: 'parameter';
      readonly module: string;
      readonly unit: string;
      readonly index: number;
      readonly key: string | undefined;
    };

/** Follows values across modules, through barrels, factories, objects and classes, to the unit that defines them. */
export interface SymbolLinker {
  follow(module: string, path: SymbolPath): Target | undefined;
  /** The module that defines what another exports by this name; the barrel itself when it can't be told. */
  definingModule(module: string, name: string): string;
  resolve(module: string, specifier: string): Resolution;
  /** A text constant at the end of a path. */
  textOf(
    module: string,
    path: SymbolPath,
  ): { readonly module: string; readonly pieces: readonly TextPiece[] } | undefined;
}

/** What only the wiring of a repository says: which class stands behind a field or a type. Keys are `module#name`. */
export interface Bindings {
  /** By `module#Class.field`. */
  readonly fields: ReadonlyMap<string, ModulePath>;
  /** Interfaces and abstract classes, by their own name. */
  readonly types: ReadonlyMap<string, ModulePath>;
}

/** A path and the module from which it is seen. */
export interface ModulePath {
  readonly module: string;
  readonly path: SymbolPath;
}

const maxDepth = 24;
const noBindings: Bindings = { fields: new Map(), types: new Map() };

export function createSymbolLinker(
  modules: ReadonlyMap<string, ModuleSummary>,
  resolve: (module: string, specifier: string) => Resolution,
  bindings: Bindings = noBindings,
): SymbolLinker {
  const unitNames = new Map<string, Map<string, string>>();
  const withinOf = (module: string): Map<string, string> => {
    const known = unitNames.get(module);
    if (known !== undefined) return known;
    const names = new Map((modules.get(module)?.units ?? []).map((unit) => [unit.name, unit.within]));
    unitNames.set(module, names);
    return names;
  };

  const follow = (module: string, path: SymbolPath, depth: number): Target | undefined => {
    if (depth > maxDepth) return undefined;
    const { root, steps } = path;
    switch (root.kind) {
      case 'unit':
        return followUnit(module, root.name, steps, depth);
      case 'binding': {
        const name = [root.name, ...steps].join('.');
        const value =
          followValue(module, root.name, steps, depth) ??
          followBound(bindings.types.get(`${module}#${root.name}`), steps, depth);
        if (value === undefined) return { kind: 'binding', module, name };
        // What a factory gives back is not the factory.
        const holds = value.kind === 'external' && !steps.includes('()') && !steps.includes('new');
        return holds ? { ...value, held: value.held ?? { module, name } } : value;
      }
      case 'import':
        return followImport(module, root.specifier, root.name, steps, depth);
      case 'parameter':
        return { kind: 'parameter', module, unit: root.unit, index: root.index, key: steps[0] };
    }
  };

  /** An instance of a type, or what a field holds, as the wiring says. `steps` start with `new`. */
  const followBound = (bound: ModulePath | undefined, steps: readonly string[], depth: number): Target | undefined =>
    bound === undefined || steps[0] !== 'new'
      ? undefined
      : follow(bound.module, { root: bound.path.root, steps: [...bound.path.steps, ...steps.slice(1)] }, depth + 1);

  /** The longest recorded name that the steps start with. */
  const followValue = (module: string, base: string, steps: readonly string[], depth: number): Target | undefined => {
    const values = modules.get(module)?.values;
    for (let length = steps.length; length >= 0; length--) {
      const value = values?.get([base, ...steps.slice(0, length)].join('.'));
      if (value === undefined || value.root.kind === 'parameter') continue;
      const rest = steps.slice(length);
      return follow(module, { root: value.root, steps: [...value.steps, ...rest] }, depth + 1);
    }
    return undefined;
  };

  const followUnit = (module: string, unit: string, steps: readonly string[], depth: number): Target | undefined => {
    const [first, second] = steps;
    const units = withinOf(module);
    const end: Target = { kind: 'unit', module, unit, steps };
    if (first === undefined) return end;
    const values = modules.get(module)?.values;
    if (first === '…super') {
      const parent = values?.get(`${unit}.…super`);
      return parent === undefined
        ? undefined
        : follow(module, { root: parent.root, steps: [...parent.steps, ...steps.slice(1)] }, depth + 1);
    }
    if (first === '()' || first === 'new') {
      if (second !== undefined) {
        const member = first === 'new' ? `${unit}.${second}` : undefined;
        if (member !== undefined && units.has(member)) return followUnit(module, member, steps.slice(2), depth + 1);
        if (first === 'new') {
          const bound = bindings.fields.get(`${module}#${unit}.${second}`);
          const field =
            followBound(bound, ['new', ...steps.slice(2)], depth) ?? followValue(module, unit, steps.slice(1), depth);
          if (field !== undefined) return field;
          const parent = values?.get(`${unit}.…super`);
          const inherited =
            parent === undefined
              ? undefined
              : follow(module, { root: parent.root, steps: [...parent.steps, ...steps] }, depth + 1);
          if (inherited?.kind === 'unit' && inherited.steps[0] !== 'new') return inherited;
          return followBound(bindings.types.get(`${module}#${unit}`), steps, depth) ?? inherited ?? end;
        }
      }
      if (first === '()') {
        const returned = followValue(module, unit, steps, depth);
        if (returned !== undefined && returned.kind !== 'external') return returned;
        if (second !== undefined && units.get(second) === unit)
          return followUnit(module, second, steps.slice(2), depth + 1);
      }
      return end;
    }
    if (units.has(`${unit}.${first}`)) return followUnit(module, `${unit}.${first}`, steps.slice(1), depth + 1);
    // A static member, one of a parent, or a member of what a getter gives back.
    const held = followValue(module, unit, steps, depth) ?? followValue(module, unit, ['()', ...steps], depth);
    if (held !== undefined) return held;
    const parent = values?.get(`${unit}.…super`);
    const inherited =
      parent === undefined
        ? undefined
        : follow(module, { root: parent.root, steps: [...parent.steps, ...steps] }, depth + 1);
    // No parent has it either: it is asked of this class, which may get it from a package.
    const isKnown =
      inherited?.kind === 'unit' && (inherited.steps[0] !== first || inherited.steps.length < steps.length);
    return isKnown ? inherited : end;
  };

  const followImport = (
    module: string,
    specifier: string,
    name: string,
    steps: readonly string[],
    depth: number,
  ): Target | undefined => {
    const resolution = resolve(module, specifier);
    if (resolution.kind !== 'module')
      return resolution.kind === 'external' ? { kind: 'external', specifier, name, steps } : undefined;
    return followExport(resolution.id, name, steps, depth + 1);
  };

  const followExport = (module: string, name: string, steps: readonly string[], depth: number): Target | undefined => {
    if (depth > maxDepth) return undefined;
    const summary = modules.get(module);
    if (summary === undefined) return undefined;
    const whole: Target = { kind: 'module', module };
    if (name === '*' || name === '=') {
      const assigned = summary.exports.get('=');
      if (name === '=' && assigned !== undefined)
        return follow(module, { root: assigned.root, steps: [...assigned.steps, ...steps] }, depth + 1) ?? whole;
      const [first, ...rest] = steps;
      return first === undefined || first === '()' || first === 'new'
        ? whole
        : (followExport(module, first, rest, depth + 1) ?? whole);
    }
    const exported = summary.exports.get(name) ?? (name === 'default' ? summary.exports.get('=') : undefined);
    if (exported !== undefined)
      return follow(module, { root: exported.root, steps: [...exported.steps, ...steps] }, depth + 1) ?? whole;
    const assigned = summary.exports.get('=');
    if (assigned !== undefined)
      return follow(module, { root: assigned.root, steps: [...assigned.steps, name, ...steps] }, depth + 1) ?? whole;
    for (const specifier of summary.starExports) {
      const resolution = resolve(module, specifier);
      if (resolution.kind !== 'module' || !exportsName(resolution.id, name, new Set([module]))) continue;
      return followExport(resolution.id, name, steps, depth + 1);
    }
    return whole;
  };

  /** Types are exported too, and they have no value to follow: a name that is declared counts. */
  const exportsName = (module: string, name: string, seen: Set<string>): boolean => {
    if (seen.has(module)) return false;
    seen.add(module);
    const summary = modules.get(module);
    if (summary === undefined) return false;
    if (summary.exports.has(name)) return true;
    return summary.starExports.some((specifier) => {
      const resolution = resolve(module, specifier);
      return resolution.kind === 'module' && exportsName(resolution.id, name, seen);
    });
  };

  const definingModule = (module: string, name: string, depth = 0): string => {
    const summary = modules.get(module);
    if (summary === undefined || name === '*' || name === '=' || depth > maxDepth) return module;
    const exported = summary.exports.get(name);
    if (exported?.root.kind === 'import' && exported.steps.length === 0) {
      const resolution = resolve(module, exported.root.specifier);
      return resolution.kind === 'module' ? definingModule(resolution.id, exported.root.name, depth + 1) : module;
    }
    if (exported !== undefined) return module;
    for (const specifier of summary.starExports) {
      const resolution = resolve(module, specifier);
      if (resolution.kind === 'module' && exportsName(resolution.id, name, new Set([module])))
        return definingModule(resolution.id, name, depth + 1);
    }
    return module;
  };

  const textOf: SymbolLinker['textOf'] = (module, path) => {
    const target = follow(module, path, 0);
    if (target?.kind === 'unit') return textOfUnit(target);
    if (target?.kind !== 'binding') return undefined;
    const pieces = modules.get(target.module)?.texts.get(target.name);
    return pieces === undefined ? undefined : { module: target.module, pieces };
  };

  /** A text field of a class, what a function gives back, or a class's own name. */
  const textOfUnit = ({ module, unit, steps }: Extract<Target, { kind: 'unit' }>) => {
    const summary = modules.get(module);
    const member = steps[0] === 'new' ? steps.slice(1) : steps;
    const pieces = summary?.texts.get([unit, ...member].join('.'));
    if (pieces !== undefined) return { module, pieces };
    const isClass = summary?.units.some((known) => known.name === unit && known.kind === 'class') === true;
    const named: readonly TextPiece[] = [{ kind: 'text', text: unit }];
    return isClass && steps.length === 1 && steps[0] === 'name' ? { module, pieces: named } : undefined;
  };

  return {
    follow: (module, path) => follow(module, path, 0),
    definingModule: (module, name) => definingModule(module, name),
    resolve,
    textOf,
  };
}
