import type { Findings, FoundAccess, Project } from '../../adapters/adapter.ts';
import type { AccessMode, Unresolved } from '../../facts/facts.ts';
import { definedEntities, isCommonName } from '../query-builder/definitions.ts';
import { namedTables, type TableTexts } from '../query-builder/table-argument.ts';
import type { KyselyFound, KyselyQuery } from './kysely-summary.ts';

/** Queries of Kysely, where the project has it. */
export function linkKysely(found: ReadonlyMap<string, KyselyFound>, project: Project): Findings {
  const has = [...project.modules.values()].some(({ imports }) =>
    imports.some(({ specifier }) => /(?:^|[/-])kysely(?:$|[/-])/.test(specifier)),
  );
  if (!has) return {};
  const entities = definedEntities(found, project.linker);
  const defined = new Set(entities.map((entity) => entity.id));
  const accesses: FoundAccess[] = [];
  const unresolved: Unresolved[] = [];
  for (const [module, own] of found) for (const query of own.queries) readQuery(module, own, query);
  return { accesses, entities, unresolved };

  function readQuery(module: string, own: KyselyFound, query: KyselyQuery): void {
    const { unit, at, line } = query;
    const schema = namedTables(module, query.schema, project.linker).tables[0]?.name;
    const add = (mode: AccessMode, texts: TableTexts) => {
      const named = namedTables(module, texts, project.linker, schema);
      for (const { entity, name } of named.tables) {
        const known = defined.has(entity) || project.catalogue.hasEntity(entity);
        if (!isCommonName(own.common, unit, name, known)) accesses.push({ module, unit, entity, mode, at, line });
      }
      if (named.unknown)
        unresolved.push({ place: `${module}:${line}`, what: 'sql', reason: 'The table is only named at run time.' });
    };
    add('write', query.writes);
    add('read', query.reads);
  }
}
