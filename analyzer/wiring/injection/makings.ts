import type { ModulePath } from '../../dependencies/link-symbols.ts';
import { entryOf, type StaticValue } from '../../source/static-value.ts';
import type { InjectionSummary } from './injection-summary.ts';
import { distinct, heldPath } from './providers.ts';
import type { Linked } from './tokens.ts';

/** Injection by hand: `new Orders(repository)`, `createOrders({ repository })`. */
export interface Makings {
  /** What a class or function is always handed at a position, or under a name there. */
  argument(module: string, unit: string, index: number, key: string | undefined): ModulePath | undefined;
}

export function linkMakings(found: ReadonlyMap<string, InjectionSummary>, linked: Linked): Makings {
  const byUnit = new Map<string, { readonly module: string; readonly arguments: readonly StaticValue[] }[]>();
  for (const [module, { made }] of found) {
    for (const record of made) {
      const target = linked.linker.follow(module, record.callee);
      if (target?.kind !== 'unit' || target.steps.length > 0) continue;
      const id = `${target.module}#${target.unit}`;
      byUnit.set(id, [...(byUnit.get(id) ?? []), { module, arguments: record.arguments }]);
    }
  }
  return {
    argument(module, unit, index, key) {
      const uses = byUnit.get(`${module}#${unit}`) ?? [];
      const paths = uses.map((use) => {
        const argument = use.arguments[index];
        const path = heldPath(key === undefined ? argument : entryOf(argument, key));
        return path === undefined ? undefined : { module: use.module, path };
      });
      const known = paths.filter((path) => path !== undefined);
      // One use that can't be read could be another thing.
      if (known.length < paths.length) return undefined;
      const [first, ...further] = distinct(known, linked);
      return further.length > 0 ? undefined : first;
    },
  };
}
