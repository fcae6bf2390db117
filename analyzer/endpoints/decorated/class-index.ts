import type { Project } from '../../adapters/adapter.ts';
import type { ClassRecord, MemberRecord } from '../../source/class-records.ts';
import type { SymbolPath } from '../../source/module-summary.ts';

export interface KnownClass {
  readonly id: string;
  readonly module: string;
  readonly record: ClassRecord;
}

/** A member and the class that it is written in. */
export interface OwnedMember {
  readonly member: MemberRecord;
  readonly owner: KnownClass;
}

/** All classes, and how they hang together. */
export interface ClassIndex {
  readonly classes: readonly KnownClass[];
  at(module: string, path: SymbolPath): KnownClass | undefined;
  /** The class and its ancestors, nearest first. */
  chain(known: KnownClass): readonly KnownClass[];
  /** Members with inherited ones, unless they are overridden. */
  members(known: KnownClass): readonly OwnedMember[];
}

export function createClassIndex({ modules, linker }: Project): ClassIndex {
  const byId = new Map<string, KnownClass>();
  for (const [module, { classes }] of modules) {
    for (const record of classes) {
      const id = `${module}#${record.unit}`;
      byId.set(id, { id, module, record });
    }
  }
  const at = (module: string, path: SymbolPath): KnownClass | undefined => {
    const target = linker.follow(module, path);
    if (target?.kind !== 'unit') return undefined;
    const direct = byId.get(`${target.module}#${target.unit}`);
    if (direct !== undefined || target.steps[0] !== '()') return direct;
    // `extends BaseController(Order)`: the class inside of the function.
    return [...byId.values()].find(
      ({ module: own, record }) => own === target.module && withinOf(own, record.unit) === target.unit,
    );
  };
  const withinOf = (module: string, unit: string) =>
    modules.get(module)?.units.find((known) => known.name === unit)?.within;
  const chain = (known: KnownClass): readonly KnownClass[] => {
    const list = [known];
    for (let next: KnownClass | undefined = known; next !== undefined && list.length < 12;) {
      const parent: SymbolPath | undefined = next.record.extends;
      next = parent === undefined ? undefined : at(next.module, parent);
      if (next === undefined || list.includes(next)) break;
      list.push(next);
    }
    return list;
  };
  return {
    classes: [...byId.values()],
    at,
    chain,
    members(known) {
      const found = new Map<string, OwnedMember>();
      for (const owner of chain(known)) {
        for (const member of owner.record.members) {
          if (!found.has(member.name)) found.set(member.name, { member, owner });
        }
      }
      return [...found.values()];
    },
  };
}
