import type { ManifestPath } from './manifest-source.ts';

/** A text of the manifest and its place. */
export interface Named {
  readonly name: string;
  readonly path: ManifestPath;
}

/**
 * The names and references in a manifest that may have faults elsewhere: what the cross checks look at. Whatever has the wrong
 * type is left out; the schema has told of it already.
 */
export interface Outline {
  readonly monolithDatabase: boolean;
  readonly contexts: readonly (Named & { readonly service: Named | undefined; readonly entities: readonly Named[] })[];
  readonly services: readonly (Named & { readonly database: boolean })[];
  readonly routes: readonly {
    readonly path: ManifestPath;
    readonly name: Named | undefined;
    readonly context: Named | undefined;
    readonly weight: Named | undefined;
  }[];
  readonly replication: readonly {
    readonly path: ManifestPath;
    readonly context: Named | undefined;
    /** Keys. */
    readonly tables: readonly Named[];
    /** What they become in the service, as schema.table. */
    readonly targets: readonly Named[];
    readonly triggers: readonly Named[];
    readonly foreignKeys: readonly Named[];
  }[];
  readonly sensitive: readonly Named[];
}

export function readOutline(value: unknown): Outline {
  const root = block(value);
  return {
    monolithDatabase: 'database' in block(root['monolith']),
    contexts: entries(root['contexts'], ['contexts']).map(({ name, path, value: context }) => ({
      name,
      path,
      service: named(context, 'service', path),
      entities: texts(context['entities'], [...path, 'entities']),
    })),
    services: entries(root['services'], ['services']).map(({ name, path, value: service }) => ({
      name,
      path,
      database: 'database' in service,
    })),
    routes: items(root['routes'], ['routes']).map(({ path, value: route }) => ({
      path,
      name: named(route, 'name', path),
      context: named(route, 'context', path),
      weight: named(route, 'weight', path),
    })),
    replication: items(root['replication'], ['replication']).map(({ path, value: part }) => ({
      path,
      context: named(part, 'context', path),
      tables: keys(part['tables'], [...path, 'tables']),
      targets: targetsOf(part['tables'], [...path, 'tables']),
      triggers: keys(part['triggers'], [...path, 'triggers']),
      foreignKeys: keys(part['foreignKeys'], [...path, 'foreignKeys']),
    })),
    sensitive: texts(root['sensitive'], ['sensitive']),
  };
}

type Block = Readonly<Record<string, unknown>>;

const block = (value: unknown): Block =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Block) : {};
const rows = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const keys = (value: unknown, path: ManifestPath): Named[] =>
  Object.keys(block(value)).map((name) => ({ name, path: [...path, name] }));
const entries = (value: unknown, path: ManifestPath) =>
  keys(value, path).map((key) => ({ ...key, value: block(block(value)[key.name]) }));
const items = (value: unknown, path: ManifestPath) =>
  rows(value).map((item, at) => ({ path: [...path, at], value: block(item) }));
const texts = (value: unknown, path: ManifestPath): Named[] =>
  rows(value).flatMap((item, at) => (typeof item === 'string' ? [{ name: item, path: [...path, at] }] : []));

/** A target is a text, or `to` of a block; without a schema it is meant in `public`. */
function targetsOf(tables: unknown, path: ManifestPath): Named[] {
  return keys(tables, path).flatMap(({ name, path: at }) => {
    const mapping = block(tables)[name];
    const target = typeof mapping === 'string' ? mapping : block(mapping)['to'];
    return typeof target === 'string' ? [{ name: target.includes('.') ? target : `public.${target}`, path: at }] : [];
  });
}

function named(value: Block, key: string, path: ManifestPath): Named | undefined {
  const name = value[key];
  return typeof name === 'string' ? { name, path: [...path, key] } : undefined;
}
