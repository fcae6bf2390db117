import type { AccessMode } from '../../facts/facts.ts';
import { entriesOf, valuesAt, type ObjectShape } from '../object-shape/object-shape.ts';
import type { IndexedModel, Relation } from './model-index.ts';
import { modesOf } from './operations.ts';

export type ModelAccess = readonly [AccessMode, string];

/**
 * What one call does: to its own table by the operation, to others by what it includes, filters and sorts by (reads) and by
 * nested writes. `connect` writes where the foreign key is: here, in the other table, or in the join table.
 */
export function callAccesses(model: IndexedModel, operation: string, args: ObjectShape): ModelAccess[] {
  const found = new Map<string, ModelAccess>();
  const add = (mode: AccessMode, entity: string | undefined) => {
    if (entity !== undefined) found.set(`${mode} ${entity}`, [mode, entity]);
  };
  for (const mode of modesOf(operation)) add(mode, model.entity);
  readArguments(model, args);
  for (const key of ['data', 'create', 'update']) for (const data of valuesAt(args, key)) writeData(model, data);
  return [...found.values()];

  function readArguments(of: IndexedModel, given: ObjectShape): void {
    for (const key of ['include', 'select']) for (const selection of valuesAt(given, key)) select(of, selection);
    for (const key of ['where', 'cursor', 'having'])
      for (const condition of valuesAt(given, key)) filter(of, condition);
    for (const order of valuesAt(given, 'orderBy')) filter(of, order);
  }

  function read(relation: Relation): void {
    add('read', relation.model.entity);
    add('read', relation.join);
  }

  function select(of: IndexedModel, selection: ObjectShape): void {
    for (const [key, held] of entriesOf(selection)) {
      if (held.kind === 'off') continue;
      if (key === '_count') count(of, held);
      const relation = of.relation(key);
      if (relation === undefined) continue;
      read(relation);
      readArguments(relation.model, held);
    }
  }

  /** `_count: { select: { posts: true } }`; `true` counts every list. */
  function count(of: IndexedModel, held: ObjectShape): void {
    const chosen = valuesAt(held, 'select').flatMap((selection) => entriesOf(selection));
    for (const [key, inside] of chosen) {
      const relation = of.relation(key);
      if (relation === undefined || inside.kind === 'off') continue;
      read(relation);
      readArguments(relation.model, inside);
    }
    if (held.kind !== 'value') return;
    for (const key of of.lists) {
      const relation = of.relation(key);
      if (relation !== undefined) read(relation);
    }
  }

  /** Conditions and orders: `posts: { some: { … } }`, `author: { is: { … } }`, `author: { name: 'asc' }`. */
  function filter(of: IndexedModel, condition: ObjectShape): void {
    for (const [key, held] of entriesOf(condition)) {
      if (key === 'AND' || key === 'OR' || key === 'NOT') filter(of, held);
      const relation = of.relation(key);
      if (relation === undefined || held.kind === 'off' || held.kind === 'value') continue;
      read(relation);
      filter(relation.model, held);
      for (const how of ['some', 'every', 'none', 'is', 'isNot'])
        for (const inner of valuesAt(held, how)) filter(relation.model, inner);
    }
  }

  function writeData(of: IndexedModel, data: ObjectShape): void {
    for (const [key, held] of entriesOf(data)) {
      const relation = of.relation(key);
      if (relation === undefined) continue;
      for (const [how, inner] of entriesOf(held)) writeNested(relation, how, inner);
    }
  }

  function writeNested(relation: Relation, how: string, inner: ObjectShape): void {
    const other = relation.model;
    switch (how) {
      case 'connect':
      case 'set':
        link(relation);
        add('read', other.entity);
        return;
      case 'disconnect':
        link(relation);
        return;
      case 'connectOrCreate':
        link(relation);
        add('read', other.entity);
        add('write', other.entity);
        for (const created of valuesAt(inner, 'create')) writeData(other, created);
        return;
      case 'create':
      case 'createMany':
        add('write', other.entity);
        add('write', relation.join);
        writeData(other, inner);
        for (const rows of valuesAt(inner, 'data')) writeData(other, rows);
        return;
      case 'upsert':
        add('read', other.entity);
        add('write', other.entity);
        add('write', relation.join);
        for (const key of ['create', 'update']) for (const data of valuesAt(inner, key)) writeData(other, data);
        return;
      case 'update':
      case 'updateMany':
        add('write', other.entity);
        writeData(other, inner);
        for (const data of valuesAt(inner, 'data')) writeData(other, data);
        return;
      case 'delete':
      case 'deleteMany':
        add('write', other.entity);
        add('write', relation.join);
        return;
      default:
    }
  }

  /** The foreign key of this model is a column that the operation itself writes. */
  function link(relation: Relation): void {
    if (relation.key === 'there') add('write', relation.model.entity);
    add('write', relation.join);
  }
}
