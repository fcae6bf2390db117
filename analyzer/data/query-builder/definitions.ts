import type { SymbolLinker } from '../../dependencies/link-symbols.ts';
import type { Entity } from '../../facts/facts.ts';
import { compareText } from '../../source/place.ts';
import { namedTables, type TableTexts } from './table-argument.ts';

/** A step of a migration that is written with a builder. */
export interface TableDefinition {
  readonly kind: 'table' | 'view' | 'alter' | 'drop' | 'rename';
  readonly table: TableTexts;
  readonly to: TableTexts;
  readonly references: TableTexts;
  readonly schema?: TableTexts;
  readonly line: number;
}

/** Tables and views as the migrations leave them, in the order of their file names. */
export function definedEntities(
  found: ReadonlyMap<string, { readonly definitions: readonly TableDefinition[] }>,
  linker: SymbolLinker,
): Entity[] {
  const entities = new Map<string, Entity>();
  for (const [module, { definitions }] of [...found].sort(([a], [b]) => compareText(a, b))) {
    for (const { kind, table, schema, to, references, line } of definitions) {
      const within = namedTables(module, schema ?? [], linker).tables[0]?.name;
      const targets = namedTables(module, references, linker, within).tables.map(({ entity }) => entity);
      for (const { entity: id } of namedTables(module, table, linker, within).tables) {
        const known = entities.get(id);
        if (kind === 'drop') entities.delete(id);
        else if (kind === 'rename') {
          entities.delete(id);
          for (const { entity } of namedTables(module, to, linker, within).tables)
            entities.set(entity, { kind: 'table', place: `${module}:${line}`, ...known, id: entity });
        } else if (kind !== 'alter' || known !== undefined || targets.length > 0) {
          const all = [...new Set([...(known?.references ?? []), ...targets])].sort(compareText);
          entities.set(id, {
            id,
            kind: kind === 'view' ? 'view' : 'table',
            ...(all.length === 0 ? {} : { references: all }),
            place: known?.place ?? `${module}:${line}`,
          });
        }
      }
    }
  }
  return [...entities.values()];
}

/** Whether a name is one of a WITH query: in the same unit, or in the same module when no table is `known` by it. */
export function isCommonName(
  common: ReadonlyMap<string, ReadonlySet<string>>,
  unit: string,
  name: string,
  known: boolean,
): boolean {
  if (common.get(unit)?.has(name) === true) return true;
  return !known && [...common.values()].some((names) => names.has(name));
}
