import { z } from 'zod';
import { manifestSchema } from './schema.ts';

/** What we use of JSON Schema, draft 7. */
export interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly title?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
}

/**
 * `overgrow.schema.json`, for completion and checks in editors (draft 7, which yaml-language-server reads). An editor sees
 * `${ENV}` before it is put in, so every pattern of a value lets it pass; formats, which would not, are left out.
 */
export function manifestJsonSchema(): JsonSchema {
  const schema = z.toJSONSchema(manifestSchema, { io: 'input', target: 'draft-7' });
  return { ...(admitEnvironment(schema, '') as JsonSchema), title: 'overgrow.yaml' };
}

function admitEnvironment(node: unknown, key: string): unknown {
  // Keys are never interpolated, and a property may be called `format`.
  if (key === 'propertyNames' || key === 'default') return node;
  if (Array.isArray(node)) return node.map((item) => admitEnvironment(item, ''));
  if (typeof node !== 'object' || node === null) return node;
  if (key === 'properties') return mapEntries(node, (item) => admitEnvironment(item, ''));
  const { format: _, ...kept } = node as Record<string, unknown>;
  return mapEntries(kept, (item, name) =>
    name === 'pattern' ? `${String(item)}|\\$\\{` : admitEnvironment(item, name),
  );
}

const mapEntries = (node: object, map: (item: unknown, name: string) => unknown) =>
  Object.fromEntries(Object.entries(node).map(([name, item]) => [name, map(item, name)]));
