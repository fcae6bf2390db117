import type { Findings, FoundAccess, Project } from '../../adapters/adapter.ts';
import type { AccessMode, Entity, Unresolved } from '../../facts/facts.ts';
import type { ModuleSummary } from '../../source/module-summary.ts';
import { compareText } from '../../source/place.ts';
import { namedTables, type NamedTables, type TableTexts } from '../query-builder/table-argument.ts';
import type { KnexFound, KnexQuery } from './knex-summary.ts';

/** Queries and schemas of Knex, where the project has it (Objection builds on it). */
export function linkKnex(found: ReadonlyMap<string, KnexFound>, project: Project): Findings {
  if (![...project.modules.values()].some((summary) => importsAny(summary, /^(?:knex|objection)(?:$|\/)/))) return {};
  const entities = definedEntities(found, project);
  const defined = new Set(entities.map((entity) => entity.id));
  const accesses: FoundAccess[] = [];
  const unresolved: Unresolved[] = [];
  const ofModule = (module: string) => {
    const summary = project.modules.get(module);
    return summary !== undefined && importsAny(summary, /^(?:kysely|drizzle-orm)(?:$|\/)/)
      ? undefined
      : found.get(module);
  };

  for (const module of found.keys()) {
    const own = ofModule(module);
    if (own === undefined) continue;
    const written = new Set(own.queries.flatMap((query) => (query.writes ? (query.continues ?? []) : [])));
    own.queries.forEach((query, index) => readQuery(module, own, query, written.has(index)));
  }
  return { accesses, entities, unresolved };

  function readQuery(module: string, own: KnexFound, query: KnexQuery, writtenLater: boolean): void {
    const add = (mode: AccessMode, named: NamedTables) => {
      for (const { entity, name } of named.tables)
        if (!isCommon(own, query.unit, name, entity))
          accesses.push({ module, unit: query.unit, entity, mode, at: query.at, line: query.line });
      if (named.unknown && query.certain)
        unresolved.push({
          place: `${module}:${query.line}`,
          what: 'sql',
          reason: 'The table is only named at run time.',
        });
    };
    const main = namedTables(module, query.main, project.linker);
    if (query.writes || !writtenLater) add(query.writes ? 'write' : 'read', main);
    add('read', namedTables(module, query.joined, project.linker));
    if (!query.writes || query.main.length > 0) return;
    add('write', query.continues === undefined ? returnedTables(module, query) : mainOf(module, own, query.continues));
  }

  /** What a variable's query is about, through as many variables as it took. */
  function mainOf(module: string, own: KnexFound, index: number, depth = 0): NamedTables {
    const query = own.queries[index];
    if (query === undefined || depth > 8) return { tables: [], unknown: false };
    if (query.main.length === 0 && query.continues !== undefined)
      return mainOf(module, own, query.continues, depth + 1);
    return query.main.length === 0 ? returnedTables(module, query) : namedTables(module, query.main, project.linker);
  }

  function returnedTables(module: string, query: KnexQuery): NamedTables {
    const target = query.calls === undefined ? undefined : project.linker.follow(module, query.calls);
    const texts: TableTexts[] = [];
    if (target?.kind === 'unit') {
      for (const one of ofModule(target.module)?.queries ?? [])
        if (one.returned && one.unit === target.unit) texts.push(one.main);
      return namedTables(target.module, texts.flat(), project.linker);
    }
    return { tables: [], unknown: false };
  }

  /** A name of a WITH query in the same unit, or in the same module when no table is known by it. */
  function isCommon(own: KnexFound, unit: string, name: string, entity: string): boolean {
    if (own.common.get(unit)?.has(name) === true) return true;
    if (defined.has(entity) || project.catalogue.hasEntity(entity)) return false;
    return [...own.common.values()].some((names) => names.has(name));
  }
}

function importsAny(summary: ModuleSummary, specifier: RegExp): boolean {
  return summary.imports.some((record) => specifier.test(record.specifier));
}

/** Tables and views as the migrations leave them, in the order of their names. */
function definedEntities(found: ReadonlyMap<string, KnexFound>, { linker }: Project): Entity[] {
  const entities = new Map<string, Entity>();
  for (const [module, { definitions }] of [...found].sort(([a], [b]) => compareText(a, b))) {
    for (const { kind, table, schema, to, references, line } of definitions) {
      const within = namedTables(module, schema, linker).tables[0]?.name;
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
