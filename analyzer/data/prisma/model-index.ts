import type { Entity } from '../../facts/facts.ts';
import { compareText } from '../../source/place.ts';
import { qualify } from '../sql/statement-accesses.ts';
import type { PrismaField, PrismaModel, PrismaSchema } from './prisma-schema.ts';

/** A field that leads to another model. */
export interface Relation {
  readonly model: IndexedModel;
  readonly list: boolean;
  /** Who holds the foreign key: this model, the other one, or a join table that Prisma keeps. */
  readonly key: 'here' | 'there' | 'join';
  /** The join table's entity. */
  readonly join: string | undefined;
}

export interface IndexedModel {
  readonly name: string;
  readonly entity: string;
  relation(field: string): Relation | undefined;
  readonly lists: readonly string[];
}

export interface ModelIndex {
  /** The model behind `prisma.userProfile`, as a module sees it: of several schemas the nearest one. */
  model(accessor: string, module: string): IndexedModel | undefined;
  readonly entities: readonly Entity[];
}

/** Joins the files of each schema folder. Files below different packages are schemas of their own. */
export function indexModels(files: ReadonlyMap<string, PrismaSchema>): ModelIndex {
  const schemas = [...groupFiles(files)].map(([folder, group]) => ({ folder, ...indexSchema(group) }));
  return {
    model(accessor, module) {
      const known = schemas.filter(({ models }) => models.has(accessor));
      const near = known.toSorted(
        (a, b) => sharedDepth(b.folder, module) - sharedDepth(a.folder, module) || compareText(a.folder, b.folder),
      );
      return near[0]?.models.get(accessor);
    },
    entities: schemas.flatMap(({ entities }) => entities),
  };
}

/** A folder with a data source takes in the files of the folders below that have none. */
function groupFiles(files: ReadonlyMap<string, PrismaSchema>): Map<string, [string, PrismaSchema][]> {
  const groups = new Map<string, [string, PrismaSchema][]>();
  for (const [path, schema] of files)
    if (schema.provider !== undefined)
      groups.set(folderOf(path), [...(groups.get(folderOf(path)) ?? []), [path, schema]]);
  for (const [path, schema] of files) {
    if (schema.provider !== undefined) continue;
    const near = [...groups.keys()].toSorted(
      (a, b) => sharedDepth(b, path) - sharedDepth(a, path) || compareText(a, b),
    );
    const folder = near[0] ?? folderOf(path);
    groups.set(folder, [...(groups.get(folder) ?? []), [path, schema]]);
  }
  return groups;
}

function indexSchema(files: readonly (readonly [string, PrismaSchema])[]): {
  readonly models: ReadonlyMap<string, IndexedModel>;
  readonly entities: readonly Entity[];
} {
  const provider = files.find(([, schema]) => schema.provider !== undefined)?.[1].provider;
  const collections = provider === 'mongodb';
  const byName = new Map(files.flatMap(([, { models }]) => models.map((model) => [model.name, model] as const)));
  const entityOf = (model: PrismaModel) => (collections ? model.table : qualify(model.schema, model.table));
  const indexed = new Map<string, IndexedModel>();

  const relationOf = (model: PrismaModel, field: PrismaField): Relation | undefined => {
    const other = byName.get(field.type);
    const target = other === undefined ? undefined : indexed.get(other.name);
    if (other === undefined || target === undefined) return undefined;
    const back = other.fields.find(
      (one) => one.type === model.name && one.relation === field.relation && (other !== model || one !== field),
    );
    const many = field.list && back?.list === true && !collections;
    const name = field.relation ?? [model.name, other.name].sort(compareText).join('To');
    return {
      model: target,
      list: field.list,
      key: field.ownsKey ? 'here' : many ? 'join' : 'there',
      join: many ? qualify(model.schema, `_${name}`) : undefined,
    };
  };

  for (const model of byName.values()) {
    const fields = new Map(model.fields.map((field) => [field.name, field]));
    indexed.set(model.name, {
      name: model.name,
      entity: entityOf(model),
      relation(name) {
        const field = fields.get(name);
        return field === undefined ? undefined : relationOf(model, field);
      },
      lists: model.fields.filter((field) => field.list && byName.has(field.type)).map((field) => field.name),
    });
  }
  const entities = files.flatMap(([path, { models }]) =>
    models.map((model): Entity => {
      const references = model.fields
        .filter((field) => field.ownsKey)
        .flatMap((field) => byName.get(field.type) ?? [])
        .map(entityOf);
      return {
        id: entityOf(model),
        kind: collections ? 'collection' : model.kind,
        ...(references.length === 0 ? {} : { references: [...new Set(references)].sort(compareText) }),
        place: `${path}:${model.line}`,
      };
    }),
  );
  return {
    models: new Map([...indexed].map(([name, model]) => [name.charAt(0).toLowerCase() + name.slice(1), model])),
    entities: [...entities, ...joinTables(byName, indexed, files[0]?.[0] ?? '')],
  };
}

function joinTables(
  models: ReadonlyMap<string, PrismaModel>,
  indexed: ReadonlyMap<string, IndexedModel>,
  path: string,
): Entity[] {
  const tables = new Map<string, Entity>();
  for (const model of models.values()) {
    const here = indexed.get(model.name);
    for (const field of model.fields) {
      const relation = here?.relation(field.name);
      if (here === undefined || relation?.join === undefined) continue;
      const references = [...new Set([here.entity, relation.model.entity])].sort(compareText);
      tables.set(relation.join, { id: relation.join, kind: 'table', references, place: `${path}:${model.line}` });
    }
  }
  return [...tables.values()];
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1);
}

/** How many folders two paths begin with alike. */
function sharedDepth(a: string, b: string): number {
  const left = a.split('/');
  const right = b.split('/');
  let depth = 0;
  while (depth < left.length && left[depth] !== '' && left[depth] === right[depth]) depth += 1;
  return depth;
}
