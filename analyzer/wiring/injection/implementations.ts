import type { ModulePath } from '../../dependencies/link-symbols.ts';
import type { ClassRecord } from '../../source/class-records.ts';
import { typeKey, type Linked } from './tokens.ts';

/** Interfaces and abstract classes that exactly one class of the repository stands for, by `module#name`. */
export function singleImplementations(linked: Linked): Map<string, ModulePath> {
  const classes = new Map<string, { readonly module: string; readonly record: ClassRecord }>();
  const children = new Map<string, string[]>();
  for (const [module, { classes: own }] of linked.modules) {
    for (const record of own) {
      const id = `${module}#${record.unit}`;
      classes.set(id, { module, record });
      for (const parent of [record.extends, ...record.implements]) {
        const key = parent === undefined ? undefined : typeKey(module, parent, linked);
        if (key === undefined || key === id) continue;
        const known = children.get(key);
        if (known === undefined) children.set(key, [id]);
        else known.push(id);
      }
    }
  }
  const bound = new Map<string, ModulePath>();
  for (const key of children.keys()) {
    if (classes.get(key)?.record.abstract === false) continue;
    const [only, ...further] = concreteBelow(key);
    const found = only === undefined || further.length > 0 ? undefined : classes.get(only);
    if (found !== undefined) bound.set(key, { module: found.module, path: instanceOf(found.record.unit) });
  }
  return bound;

  /** Classes that can be made, the nearest ones; what extends a class that can be made is a further one. */
  function concreteBelow(key: string): string[] {
    const found = new Set<string>();
    const seen = new Set([key]);
    for (const parent of seen) {
      for (const child of children.get(parent) ?? []) {
        if (classes.get(child)?.record.abstract === false) found.add(child);
        seen.add(child);
      }
    }
    return [...found];
  }
}

export function instanceOf(unit: string): ModulePath['path'] {
  return { root: { kind: 'unit', name: unit }, steps: ['new'] };
}
