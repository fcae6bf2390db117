import type { Findings, FoundAccess, Project } from '../../adapters/adapter.ts';
import type { Entity, Unresolved } from '../../facts/facts.ts';
import type { SymbolPath } from '../../source/module-summary.ts';
import { compareText } from '../../source/place.ts';
import { resolveText } from '../../source/resolve-text.ts';
import { entriesOf, valuesAt, type ObjectShape } from '../object-shape/object-shape.ts';
import { qualify } from '../sql/statement-accesses.ts';
import type { DrizzleFound, DrizzleMaker, DrizzleQuery, DrizzleTable } from './drizzle-summary.ts';

const tableMakers = /(?:Table|View|TableWithSchema)$/;

/** Finds which values are tables, names them to the catalogue so that SQL may use them, and joins queries and relations with them. */
export function linkDrizzle(found: ReadonlyMap<string, DrizzleFound>, project: Project): Findings {
  const { linker, catalogue } = project;
  const makers = new Map<string, DrizzleMaker>();
  for (const [module, own] of found) for (const maker of own.makers) makers.set(`${module} ${maker.name}`, maker);
  const byValue = new Map<string, string>();
  const byKey = new Map<string, string>();
  const entities: Entity[] = [];
  for (const [module, own] of found) for (const table of own.tables) nameTable(module, table);
  // References once every table has its name.
  for (const [module, own] of found) for (const table of own.tables) addEntity(module, table);
  const relations = relationsByEntity();
  const accesses: FoundAccess[] = [];
  const unresolved: Unresolved[] = [];
  if (byValue.size > 0) for (const [module, own] of found) for (const query of own.queries) readQuery(module, query);
  return { accesses, entities, unresolved };

  function valueKey(module: string, path: SymbolPath): string | undefined {
    const target = linker.follow(module, path);
    const held = target?.kind === 'external' ? target.held : target?.kind === 'binding' ? target : undefined;
    return held === undefined ? undefined : `${held.module} ${held.name}`;
  }

  function nameTable(module: string, table: DrizzleTable): void {
    const key = valueKey(module, table.maker);
    const maker = key === undefined ? undefined : makers.get(key);
    const { root } = table.maker;
    const ofPackage = root.kind === 'import' && /^drizzle-orm(?:\/|$)/.test(root.specifier);
    if (maker === undefined && !(ofPackage && tableMakers.test([root.name, ...table.maker.steps].at(-1) ?? ''))) return;
    const [text] = resolveText(module, table.table, linker);
    const [name] = text ?? [];
    if (text?.length !== 1 || name === undefined) return;
    const [before, after] = maker?.around ?? ['', ''];
    const entity = qualify(maker?.schema, `${before}${name}${after}`);
    byValue.set(`${module} ${table.name}`, entity);
    if (!byKey.has(table.name)) byKey.set(table.name, entity);
    catalogue.nameValue(module, table.name, entity);
  }

  function addEntity(module: string, table: DrizzleTable): void {
    const id = byValue.get(`${module} ${table.name}`);
    if (id === undefined) return;
    const references = table.references.flatMap((path) => entityOf(module, path) ?? []);
    const { root, steps } = table.maker;
    const isView = /[vV]iew$/.test((root.kind === 'import' ? [root.name, ...steps] : steps).at(-1) ?? '');
    entities.push({
      id,
      kind: isView ? 'view' : 'table',
      ...(references.length === 0 ? {} : { references: [...new Set(references)].sort(compareText) }),
      place: `${module}:${table.line}`,
    });
  }

  function entityOf(module: string, value: SymbolPath | string): string | undefined {
    if (typeof value === 'string') return byKey.get(value);
    const key = valueKey(module, value);
    return key === undefined ? undefined : byValue.get(key);
  }

  function relationsByEntity(): Map<string, Map<string, string>> {
    const all = new Map<string, Map<string, string>>();
    for (const [module, own] of found) {
      for (const { from, name, to } of own.relations) {
        const source = entityOf(module, from);
        const target = entityOf(module, to);
        if (source === undefined || target === undefined) continue;
        all.set(source, (all.get(source) ?? new Map<string, string>()).set(name, target));
      }
    }
    return all;
  }

  function readQuery(module: string, query: DrizzleQuery): void {
    const { unit, at, line } = query;
    const written = new Set(query.writes.flatMap((path) => entityOf(module, path) ?? []));
    const read = new Set(query.reads.flatMap((path) => entityOf(module, path) ?? []));
    if (query.queried !== undefined) {
      const start = byKey.get(query.queried.key);
      if (start === undefined)
        unresolved.push({
          place: `${module}:${line}`,
          what: 'sql',
          text: `query.${query.queried.key}`,
          reason: 'No table of the schema has this name.',
        });
      else {
        read.add(start);
        readWith(start, query.queried.args, read);
      }
    }
    for (const entity of written) accesses.push({ module, unit, entity, mode: 'write', at, line });
    for (const entity of read) accesses.push({ module, unit, entity, mode: 'read', at, line });
  }

  /** `with: { posts: { with: { comments: true } } }`. */
  function readWith(entity: string, args: ObjectShape, read: Set<string>): void {
    for (const wanted of valuesAt(args, 'with')) {
      for (const [key, inner] of entriesOf(wanted)) {
        const target = inner.kind === 'off' ? undefined : relations.get(entity)?.get(key);
        if (target === undefined) continue;
        read.add(target);
        readWith(target, inner, read);
      }
    }
  }
}
