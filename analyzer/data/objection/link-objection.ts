import type { Findings, FoundAccess, Project } from '../../adapters/adapter.ts';
import type { AccessMode, Entity } from '../../facts/facts.ts';
import type { Target } from '../../dependencies/link-symbols.ts';
import type { SymbolPath } from '../../source/module-summary.ts';
import { compareText } from '../../source/place.ts';
import { entriesOf, textsOf, type ObjectShape } from '../object-shape/object-shape.ts';
import { namedTables } from '../query-builder/table-argument.ts';
import { qualify } from '../sql/statement-accesses.ts';
import type { ObjectionFound, ObjectionModel, ObjectionQuery, ObjectionRelation } from './objection-summary.ts';
import { relationPaths } from './relation-expression.ts';

/** Models and their queries, where the project has Objection. */
export function linkObjection(found: ReadonlyMap<string, ObjectionFound>, project: Project): Findings {
  const { modules, linker } = project;
  if (![...modules.values()].some(({ imports }) => imports.some(({ specifier }) => specifier === 'objection')))
    return {};
  const byUnit = new Map<string, { readonly model: ObjectionModel; readonly entity: string }>();
  const byEntity = new Map<string, ObjectionModel>();
  const entities: Entity[] = [];
  for (const [module, { models }] of found) {
    for (const model of models) {
      for (const { entity } of namedTables(module, model.table, linker).tables) {
        byUnit.set(`${module} ${model.name}`, { model, entity });
        byEntity.set(entity, model);
        const references = model.relations
          .filter(({ kind }) => kind === 'belongsTo')
          .map(({ table }) => entityOf(table));
        entities.push({
          id: entity,
          kind: 'table',
          ...(references.length === 0 ? {} : { references: [...new Set(references)].sort(compareText) }),
          place: `${module}:${model.line}`,
        });
      }
    }
  }
  const accesses: FoundAccess[] = [];
  for (const [module, { queries }] of found) for (const query of queries) readQuery(module, query);
  return { accesses, entities };

  function readQuery(module: string, query: ObjectionQuery): void {
    const start = modelOf(module, query);
    if (start === undefined) return;
    const touched = new Map<string, readonly [AccessMode, string]>();
    const add = (mode: AccessMode, entity: string) => touched.set(`${mode} ${entity}`, [mode, entity]);
    let { model } = start;
    const relation = model.relations.find(({ name }) => name === query.related);
    const related = relation === undefined ? undefined : byEntity.get(entityOf(relation.table));
    for (const mode of query.modes) add(mode, relation === undefined ? start.entity : entityOf(relation.table));
    if (relation?.through !== undefined)
      add(query.modes.includes('write') ? 'write' : 'read', entityOf(relation.through));
    if (relation !== undefined && related === undefined) model = { ...model, relations: [] };
    else if (related !== undefined) model = related;
    const visit = (mode: AccessMode) => (one: ObjectionRelation) => {
      add(mode, entityOf(one.table));
      if (one.through !== undefined) add(mode, entityOf(one.through));
    };
    for (const graph of query.graphs) {
      for (const text of textsOf(graph)) for (const path of relationPaths(text)) followPath(model, path, visit('read'));
      followShape(model, graph, visit('read'));
    }
    if (query.written !== undefined) followShape(model, query.written, visit('write'));
    const { unit, at, line } = query;
    for (const [mode, entity] of touched.values()) accesses.push({ module, unit, entity, mode, at, line });
  }

  /** The class at the start of a value: `User`, a row that `User.query()` gave, `this` in a method of it, or one that it extends. */
  function modelOf(module: string, query: ObjectionQuery) {
    const target = linker.follow(module, query.model);
    if (target?.kind !== 'unit') return undefined;
    let at: { module: string; unit: string } | undefined = { module: target.module, unit: target.unit };
    for (let depth = 0; at !== undefined && depth < 8; depth++) {
      const known = byUnit.get(`${at.module} ${at.unit}`) ?? byUnit.get(`${at.module} ${at.unit.split('.')[0] ?? ''}`);
      if (known !== undefined) return known;
      const parent: SymbolPath | undefined = modules.get(at.module)?.values.get(`${at.unit}.…super`);
      const next: Target | undefined = parent === undefined ? undefined : linker.follow(at.module, parent);
      at = next?.kind === 'unit' ? { module: next.module, unit: next.unit } : undefined;
    }
    return undefined;
  }

  function followPath(
    model: ObjectionModel,
    path: readonly string[],
    visit: (relation: ObjectionRelation) => void,
  ): void {
    let at: ObjectionModel | undefined = model;
    for (const name of path) {
      const relation: ObjectionRelation | undefined = at?.relations.find((one) => one.name === name);
      if (relation === undefined) return;
      visit(relation);
      at = byEntity.get(entityOf(relation.table));
    }
  }

  function followShape(model: ObjectionModel, shape: ObjectShape, visit: (relation: ObjectionRelation) => void): void {
    for (const [key, inner] of entriesOf(shape)) {
      const relation = model.relations.find(({ name }) => name === key);
      if (relation === undefined || inner.kind === 'off') continue;
      visit(relation);
      const next = byEntity.get(entityOf(relation.table));
      if (next !== undefined) followShape(next, inner, visit);
    }
  }
}

function entityOf(table: string): string {
  const [first = '', second] = table.split('.');
  return second === undefined ? qualify(undefined, first) : qualify(first, second);
}
