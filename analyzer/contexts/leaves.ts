import type { Access, Dependency, Facts, Unit } from '../facts/facts.ts';

/** What is placed: modules, functions of modules that are looked at one by one, and units without a module. */
export interface Leaves {
  readonly ids: readonly string[];
  readonly indexOf: ReadonlyMap<string, number>;
  /** The leaf that a unit is placed with. */
  leafOf(unit: string): number | undefined;
  readonly units: ReadonlyMap<string, Unit>;
  readonly childrenOf: ReadonlyMap<string, readonly string[]>;
}

/** `opened` modules are placed function by function. */
export function chooseLeaves(facts: Facts, opened: ReadonlySet<string>): Leaves {
  const units = new Map((facts.units ?? []).map((unit) => [unit.id, unit]));
  const childrenOf = new Map<string, string[]>();
  for (const unit of units.values()) {
    if (unit.parent === undefined || !units.has(unit.parent)) continue;
    const list = childrenOf.get(unit.parent);
    if (list === undefined) childrenOf.set(unit.parent, [unit.id]);
    else list.push(unit.id);
  }
  const leafIdOf = (id: string): string => {
    const parent = units.get(id)?.parent;
    return parent === undefined || !units.has(parent) || opened.has(parent) ? id : leafIdOf(parent);
  };
  const ids = [...units.keys()].filter((id) => leafIdOf(id) === id && !(opened.has(id) && childrenOf.has(id)));
  const indexOf = new Map(ids.map((id, index) => [id, index]));
  return { ids, indexOf, units, childrenOf, leafOf: (unit) => indexOf.get(leafIdOf(unit)) };
}

export interface LeafEdge {
  readonly from: number;
  readonly to: number;
  readonly kind: Dependency['kind'];
  readonly count: number;
}

/** Dependencies between leaves. */
export function leafEdges(facts: Facts, leaves: Leaves): LeafEdge[] {
  return (facts.dependencies ?? []).flatMap(({ from, to, kind, count }) => {
    const a = leaves.leafOf(from);
    const b = leaves.leafOf(to);
    return a === undefined || b === undefined || a === b ? [] : [{ from: a, to: b, kind, count: count ?? 1 }];
  });
}

export interface LeafAccess {
  readonly leaf: number;
  readonly entity: string;
  readonly mode: Access['mode'];
  readonly count: number;
}

/**
 * Accesses of leaves, one for each leaf, entity and mode. Files and hosts are left out: whoever reads the same settings or calls the
 * same provider does not share a context by it, and a library stays one though it reads a file.
 */
export function leafAccesses(facts: Facts, leaves: Leaves): LeafAccess[] {
  const found = new Map<string, LeafAccess>();
  const add = (unit: string, entity: string, mode: Access['mode'], count: number) => {
    const leaf = leaves.leafOf(unit);
    if (leaf === undefined) return;
    const key = `${leaf}\n${entity}\n${mode}`;
    found.set(key, { leaf, entity, mode, count: (found.get(key)?.count ?? 0) + count });
  };
  const views = new Map(
    (facts.routines ?? [])
      .filter((routine) => routine.kind === 'view')
      .map((routine) => [routine.on ?? routine.id, routine]),
  );
  const outside = new Set(
    (facts.entities ?? []).filter(({ kind }) => kind === 'file' || kind === 'host').map(({ id }) => id),
  );
  for (const access of facts.accesses ?? []) {
    if (outside.has(access.entity)) continue;
    add(access.unit, access.entity, access.mode, access.count ?? 1);
    for (const [mode, entity] of views.get(access.entity)?.accesses ?? [])
      add(access.unit, entity, mode, access.count ?? 1);
  }
  return [...found.values()];
}
