import { z } from 'zod';
import { didYouMean } from './closest.ts';
import type { ManifestPath, PlacedFault } from './manifest-source.ts';
import { manifestSchema } from './schema.ts';

/** What this file uses of JSON Schema, to tell which keys are known at a path. */
interface SchemaNode {
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly additionalProperties?: SchemaNode | boolean;
  readonly items?: SchemaNode;
  readonly anyOf?: readonly SchemaNode[];
  readonly description?: string;
}

type Issue = z.core.$ZodIssue;

let schema: SchemaNode | undefined;

/** The faults that zod finds, one for each thing to mend. zod's issues carry no values, so nothing here can tell a secret. */
export function schemaFaults(
  value: unknown,
  issues: readonly Issue[],
  show: (value: unknown) => string,
): PlacedFault[] {
  return issues.flatMap((issue) => readIssue(issue, value, [], show));
}

function readIssue(issue: Issue, value: unknown, above: ManifestPath, show: (value: unknown) => string): PlacedFault[] {
  const path = [...above, ...issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part))];
  const name = path.at(-1);
  const found = at(value, path);
  const place = { path, at: 'value' as const };
  switch (issue.code) {
    case 'unrecognized_keys': {
      const known = keysAt(path);
      const unused = known.filter((key) => !(isRecord(found) && key in found));
      return issue.keys.map((key) => ({
        path: [...path, key],
        at: 'key',
        message: `unknown key "${key}"`,
        hint: didYouMean(key, unused),
      }));
    }
    case 'invalid_union':
      return readUnion(issue.errors, found).flatMap((inner) => readIssue(inner, value, path, show));
    case 'invalid_key':
      return [
        { path, at: 'key', message: `the key "${String(name)}" is malformed: ${issue.issues[0]?.message ?? ''}` },
      ];
    case 'invalid_type': {
      if (found === undefined || found === null) {
        const hint = describeAt(path);
        return path.length === 0
          ? [{ ...place, message: 'the manifest is empty', hint: 'It needs at least `version: 1` and `monolith:`.' }]
          : [{ path, at: 'key', message: `"${String(name)}" is ${found === null ? 'empty' : 'missing'}`, hint }];
      }
      return [{ ...place, message: `expected ${nouns[issue.expected] ?? issue.expected}, not ${nounOf(found)}` }];
    }
    case 'invalid_value': {
      const allowed = issue.values.map(String);
      const hint = typeof found === 'string' ? didYouMean(found, allowed) : undefined;
      return [{ ...place, message: `expected ${list(allowed)}, not ${show(found)}`, hint }];
    }
    case 'too_small':
      if (issue.origin === 'array') return [{ ...place, message: 'expected at least one entry' }];
      return [{ ...place, message: `expected at least ${issue.minimum}` }];
    case 'invalid_format':
      if (issue.format === 'starts_with') return [{ ...place, message: 'expected a path that starts with /' }];
      return [{ ...place, message: issue.message }];
    default:
      return [{ ...place, message: issue.message }];
  }
}

/** The issues to tell of a value that fits no branch of a union. */
function readUnion(branches: readonly (readonly Issue[])[], found: unknown): readonly Issue[] {
  const [first = [], ...others] = branches;
  // A key that no branch knows is the fault, probably a slip: what else is missing follows from it.
  for (const issue of first) {
    if (issue.code !== 'unrecognized_keys' || issue.path.length > 0) continue;
    const keys = issue.keys.filter((key) =>
      others.every((other) => other.some((its) => its.code === 'unrecognized_keys' && its.keys.includes(key))),
    );
    if (keys.length > 0) return [{ ...issue, keys }];
  }
  // Branches told apart by a value (`store: sqlite`): all of their values are allowed.
  const values = branches.map((branch) => branch.find((issue) => issue.code === 'invalid_value'));
  const [tag] = values;
  if (tag !== undefined && values.every((each) => each?.path.join('.') === tag.path.join('.'))) {
    return [{ ...tag, values: values.flatMap((each) => each?.values ?? []) }];
  }
  // Else the branch that was probably meant: of the value's kind, with the fewest faults.
  const cost = (branch: readonly Issue[]) =>
    branch.reduce((sum, { path, code }) => sum + (path.length === 0 && code === 'invalid_type' ? 100 : 1), 0);
  const ordered = branches.toSorted((left, right) => cost(left) - cost(right));
  const missing = ordered.map((branch) => branch.find((issue) => isMissing(issue, found)));
  if (missing.length > 1 && missing.every((issue) => issue !== undefined)) {
    const keys = missing.map((issue) => String(issue.path[0]));
    return [{ code: 'custom', path: [], message: `expected ${list(keys)} here`, input: undefined }];
  }
  return ordered[0] ?? [];
}

const isMissing = (issue: Issue, found: unknown): boolean =>
  issue.path.length === 1 && isRecord(found) && found[String(issue.path[0])] === undefined;

function nodesAt(path: ManifestPath): readonly SchemaNode[] {
  schema ??= z.toJSONSchema(manifestSchema, { io: 'input' }) as SchemaNode;
  let nodes = unfold(schema);
  for (const part of path) {
    nodes = nodes.flatMap((node) => {
      const below =
        typeof part === 'number'
          ? node.items
          : (node.properties?.[part] ??
            (typeof node.additionalProperties === 'object' ? node.additionalProperties : undefined));
      return below === undefined ? [] : unfold(below);
    });
  }
  return nodes;
}

const unfold = (node: SchemaNode): SchemaNode[] => [node, ...(node.anyOf ?? []).flatMap(unfold)];
const keysAt = (path: ManifestPath) => [
  ...new Set(nodesAt(path).flatMap((node) => Object.keys(node.properties ?? {}))),
];
const describeAt = (path: ManifestPath) => nodesAt(path).find((node) => node.description !== undefined)?.description;

function at(value: unknown, path: ManifestPath): unknown {
  return path.reduce<unknown>((inner, part) => (isRecord(inner) ? inner[part] : undefined), value);
}

const isRecord = (value: unknown): value is Record<string | number, unknown> =>
  typeof value === 'object' && value !== null;

const nouns: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a block of keys',
  record: 'a block of keys',
};
const nounOf = (value: unknown) => nouns[Array.isArray(value) ? 'array' : typeof value] ?? typeof value;
const list = (values: readonly string[]) =>
  values.length < 2 ? values.join('') : `${values.slice(0, -1).join(', ')} or ${String(values.at(-1))}`;
