/** What each field of a facts document may hold. Fields that are not named here are kept as they are. */
export type Shape =
  | { readonly kind: 'text' }
  | { readonly kind: 'number' }
  | { readonly kind: 'words'; readonly words: readonly string[] }
  /** An id of a unit or an entity that the document defines. */
  | { readonly kind: 'id'; readonly of: 'unit' | 'entity' }
  | { readonly kind: 'list'; readonly of: Shape }
  | { readonly kind: 'tuple'; readonly of: readonly Shape[] }
  | {
      readonly kind: 'record';
      readonly required: Readonly<Record<string, Shape>>;
      readonly optional: Readonly<Record<string, Shape>>;
    };

const text: Shape = { kind: 'text' };
const number: Shape = { kind: 'number' };
const unit: Shape = { kind: 'id', of: 'unit' };
const entity: Shape = { kind: 'id', of: 'entity' };
const mode = words('read', 'write');

export const recordShapes = {
  units: record(
    { id: text },
    {
      kind: words('module', 'class', 'function'),
      parent: unit,
      lines: number,
      name: text,
      terms: list(text),
      owners: list(text),
      place: text,
    },
  ),
  entities: record(
    { id: text },
    {
      kind: words('table', 'view', 'collection', 'key', 'file', 'host', 'queue'),
      references: list(entity),
      place: text,
    },
  ),
  dependencies: record(
    { from: unit, to: unit, kind: words('import', 'type', 'call', 'inherit', 'inject', 'event') },
    { count: number, place: text, through: list(unit) },
  ),
  accesses: record({ unit, entity, mode }, { count: number, transaction: text, place: text, via: text }),
  endpoints: record(
    { id: text },
    {
      kind: words('http', 'graphql', 'rpc', 'message', 'job', 'command', 'socket'),
      units: list(unit),
      guards: list(text),
      place: text,
      traffic: record({}, { perDay: number, p99Ms: number }),
      sequences: list(list(tuple(mode, entity, number))),
    },
  ),
  routines: record(
    { id: text },
    { kind: words('trigger', 'procedure', 'view'), on: entity, accesses: list(tuple(mode, entity)), place: text },
  ),
  sideEffects: record(
    { entity, kind: words('hook', 'cache', 'search', 'mail', 'job', 'webhook', 'file'), unit },
    { place: text },
  ),
  observed: record({ by: text, entity, mode }, { role: text, perDay: number }),
  together: record({ entities: list(entity) }, { perDay: number, by: text }),
  changes: record({ units: list(unit) }, { authors: list(text), at: text }),
  unresolved: record({ place: text, what: words('import', 'endpoint', 'sql', 'call') }, { text, reason: text }),
  skipped: record({ path: text, reason: text }, {}),
} as const satisfies Record<string, Shape>;

/** Arrays whose `id` stands once. */
export const identified = ['units', 'entities', 'endpoints', 'routines'] as const;

function words(...options: readonly string[]): Shape {
  return { kind: 'words', words: options };
}

function list(of: Shape): Shape {
  return { kind: 'list', of };
}

function tuple(...of: readonly Shape[]): Shape {
  return { kind: 'tuple', of };
}

function record(required: Readonly<Record<string, Shape>>, optional: Readonly<Record<string, Shape>>): Shape {
  return { kind: 'record', required, optional };
}
