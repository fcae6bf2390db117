import type { ModulePath } from '../../dependencies/link-symbols.ts';
import { step } from '../../source/resolve-local.ts';
import type { StaticValue } from '../../source/static-value.ts';
import type { GivenValue, InjectionSummary } from './injection-summary.ts';
import { tokenKey, typeKey, type Linked } from './tokens.ts';

/** Who stands behind each token. Several, when containers of different parts (or environments) give different things. */
export interface Providers {
  get(token: string): readonly ModulePath[];
  /** What awilix hands out by name. */
  named(name: string): readonly ModulePath[];
}

export function linkProviders(found: ReadonlyMap<string, InjectionSummary>, linked: Linked): Providers {
  const given = new Map<string, { readonly module: string; readonly given: GivenValue }[]>();
  const names = new Set<string>();
  for (const [module, summary] of found) {
    for (const record of summary.providers) {
      const key = tokenKey(module, record.token, linked);
      if (key === undefined) continue;
      given.set(key, [...(given.get(key) ?? []), { module, given: record.given }]);
      if (record.byName) names.add(key);
    }
  }
  const behind = (key: string, seen: ReadonlySet<string>): ModulePath[] => {
    if (seen.has(key)) return [];
    const list = (given.get(key) ?? []).flatMap(({ module, given: { kind, value } }) => {
      const options = value.kind === 'choice' ? value.options : [value];
      return options.flatMap((option) => {
        if (kind !== 'token') return pathsOf(module, kind, option);
        const other = tokenKey(module, option, linked);
        if (other === undefined) return [];
        const further = behind(other, new Set(seen).add(key));
        return further.length > 0 || option.kind !== 'reference' ? further : pathsOf(module, 'class', option);
      });
    });
    return distinct(list, linked);
  };
  return {
    get: (key) => behind(key, new Set()),
    named: (name) => (names.has(`'${name}`) ? behind(`'${name}`, new Set()) : []),
  };
}

function pathsOf(module: string, kind: 'class' | 'value' | 'factory', value: StaticValue): ModulePath[] {
  const path = kind === 'class' ? classPath(value) : kind === 'factory' ? factoryPath(value) : heldPath(value);
  return path === undefined ? [] : [{ module, path }];
}

function classPath(value: StaticValue): ModulePath['path'] | undefined {
  return value.kind === 'reference' ? step(value.path, 'new') : undefined;
}

function factoryPath(value: StaticValue): ModulePath['path'] | undefined {
  if (value.kind === 'reference') return step(value.path, '()');
  if (value.kind !== 'function') return undefined;
  const returned = heldPath(value.returns);
  if (returned !== undefined) return returned;
  return value.unit === undefined ? undefined : { root: { kind: 'unit', name: value.unit }, steps: ['()'] };
}

/** What an argument, or the value of a provider, leads to. */
export function heldPath(value: StaticValue | undefined): ModulePath['path'] | undefined {
  if (value?.kind === 'parameter') return value.path;
  if (value?.kind === 'reference') return value.path.root.kind === 'parameter' ? undefined : value.path;
  if (value?.kind !== 'call' || value.callee === undefined || value.callee.root.kind === 'parameter') return undefined;
  return step(value.callee, value.made ? 'new' : '()');
}

/** Paths that lead to the same place are one. */
export function distinct(paths: readonly ModulePath[], linked: Linked): ModulePath[] {
  const byTarget = new Map<string, ModulePath>();
  for (const known of paths) {
    const target = linked.linker.follow(known.module, known.path);
    const key = target === undefined ? typeKey(known.module, known.path, linked) : JSON.stringify(target);
    if (key !== undefined && !byTarget.has(key)) byTarget.set(key, known);
  }
  return [...byTarget.values()];
}
