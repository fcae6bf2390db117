/** A schema of Kafka Connect, as far as Debezium's PostgreSQL connector uses them. */
export interface ConnectSchema {
  readonly type:
    | 'boolean'
    | 'int16'
    | 'int32'
    | 'int64'
    | 'float'
    | 'double'
    | 'string'
    | 'bytes'
    | 'array'
    | 'map'
    | 'struct';
  readonly optional?: boolean;
  readonly name?: string;
  readonly version?: number;
  readonly doc?: string;
  readonly parameters?: Readonly<Record<string, string>>;
  /** The default as JSON text. */
  readonly defaultJson?: string | undefined;
  readonly fields?: readonly ConnectField[];
  readonly items?: ConnectSchema;
  readonly keys?: ConnectSchema;
  readonly values?: ConnectSchema;
}

export interface ConnectField {
  readonly name: string;
  readonly schema: ConnectSchema;
}

/** The schema as Kafka's JsonConverter writes it, members in its order. `field` is the name inside a struct. */
export function renderSchema(schema: ConnectSchema, field?: string): string {
  const members = [`"type":"${schema.type}"`];
  const add = (key: string, text: string | undefined) => {
    if (text !== undefined) members.push(`"${key}":${text}`);
  };
  add('items', schema.items && renderSchema(schema.items));
  add('keys', schema.keys && renderSchema(schema.keys));
  add('values', schema.values && renderSchema(schema.values));
  add('fields', schema.fields && `[${schema.fields.map((one) => renderSchema(one.schema, one.name)).join(',')}]`);
  add('optional', String(schema.optional === true));
  add('name', schema.name === undefined ? undefined : JSON.stringify(schema.name));
  add('version', schema.version?.toString());
  add('doc', schema.doc === undefined ? undefined : JSON.stringify(schema.doc));
  add('parameters', schema.parameters && JSON.stringify(schema.parameters));
  add('default', schema.defaultJson);
  add('field', field === undefined ? undefined : JSON.stringify(field));
  return `{${members.join(',')}}`;
}

export const optional = (schema: ConnectSchema): ConnectSchema => ({ ...schema, optional: true });

/** A schema with a name of its own; Debezium's all have version 1. */
export const named = (type: ConnectSchema['type'], name: string, more: Partial<ConnectSchema> = {}): ConnectSchema => ({
  type,
  name,
  version: 1,
  ...more,
});

export const struct = (fields: Readonly<Record<string, ConnectSchema>>, more: Partial<ConnectSchema> = {}) =>
  ({
    type: 'struct',
    fields: Object.entries(fields).map(([name, schema]) => ({ name, schema })),
    ...more,
  }) as const satisfies ConnectSchema;
