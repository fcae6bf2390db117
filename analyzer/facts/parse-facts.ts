import { OvergrowError } from '@overgrow/core';
import type { Facts } from './facts.ts';
import { identified, recordShapes, type Shape } from './facts-shape.ts';

export interface FactsFault {
  /** JSON path: `$.accesses[3].entity`. */
  readonly path: string;
  readonly message: string;
}

export type ParsedFacts =
  | { readonly kind: 'facts'; readonly facts: Facts }
  | { readonly kind: 'faults'; readonly faults: readonly FactsFault[] };

const shownFaults = 20;

/**
 * Text → facts. Errors: `ANALYZE_FACTS_INVALID` with every fault and its JSON path, `ANALYZE_FACTS_UNREADABLE` when it is no JSON.
 * Fields that are not known here are kept.
 */
export function parseFacts(text: string): Facts {
  const checked = checkFacts(parseJson(text));
  if (checked.kind === 'facts') return checked.facts;
  const { faults } = checked;
  const lines = faults.slice(0, shownFaults).map((fault) => `  ${fault.path}: ${fault.message}`);
  const more = faults.length > shownFaults ? [`  and ${faults.length - shownFaults} more`] : [];
  throw new OvergrowError(
    'ANALYZE_FACTS_INVALID',
    `The facts have ${faults.length} fault${faults.length === 1 ? '' : 's'}:\n${[...lines, ...more].join('\n')}`,
    {
      hint: 'docs/reference/facts.md describes the format.',
      details: { faults },
    },
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new OvergrowError(
      'ANALYZE_FACTS_UNREADABLE',
      `The facts are not JSON: ${error instanceof Error ? error.message : String(error)}`,
      {
        hint: 'A facts document is one JSON object; overgrow analyze --emit-facts writes one.',
        cause: error,
      },
    );
  }
}

/** Checks a value against the format: wrong types, unknown ids and duplicates, all at once. */
export function checkFacts(value: unknown): ParsedFacts {
  const faults: FactsFault[] = [];
  if (!isRecord(value)) return { kind: 'faults', faults: [{ path: '$', message: 'expected an object' }] };
  if (value['version'] !== 1)
    faults.push({ path: '$.version', message: `expected 1, found ${show(value['version'])}` });
  if (value['source'] !== undefined && typeof value['source'] !== 'string')
    faults.push({ path: '$.source', message: 'expected a text' });
  const ids = { unit: idsIn(value['units']), entity: idsIn(value['entities']) };
  for (const [name, shape] of Object.entries(recordShapes)) {
    if (value[name] === undefined) continue;
    check(value[name], { kind: 'list', of: shape }, `$.${name}`, ids, faults);
  }
  for (const name of identified) findDuplicates(value[name], `$.${name}`, faults);
  return faults.length === 0 ? { kind: 'facts', facts: value as unknown as Facts } : { kind: 'faults', faults };
}

type Ids = Readonly<Record<'unit' | 'entity', ReadonlySet<unknown>>>;

function check(value: unknown, shape: Shape, path: string, ids: Ids, faults: FactsFault[]): void {
  const expected = (what: string) => faults.push({ path, message: `expected ${what}, found ${show(value)}` });
  switch (shape.kind) {
    case 'text':
      if (typeof value !== 'string') expected('a text');
      return;
    case 'number':
      if (typeof value !== 'number' || !Number.isFinite(value)) expected('a number');
      return;
    case 'words':
      if (typeof value !== 'string' || !shape.words.includes(value)) expected(`one of ${shape.words.join(', ')}`);
      return;
    case 'id':
      if (typeof value !== 'string') expected(`the id of ${shape.of === 'unit' ? 'a unit' : 'an entity'}`);
      else if (!ids[shape.of].has(value)) faults.push({ path, message: `no ${shape.of} has the id ${show(value)}` });
      return;
    case 'list':
      if (!Array.isArray(value)) expected('an array');
      else value.forEach((item, index) => check(item, shape.of, `${path}[${index}]`, ids, faults));
      return;
    case 'tuple':
      if (!Array.isArray(value) || value.length !== shape.of.length) expected(`an array of ${shape.of.length}`);
      else shape.of.forEach((inner, index) => check(value[index], inner, `${path}[${index}]`, ids, faults));
      return;
    case 'record':
      if (!isRecord(value)) {
        expected('an object');
        return;
      }
      for (const [name, inner] of Object.entries(shape.required))
        check(value[name], inner, `${path}.${name}`, ids, faults);
      for (const [name, inner] of Object.entries(shape.optional))
        if (value[name] !== undefined) check(value[name], inner, `${path}.${name}`, ids, faults);
  }
}

function findDuplicates(list: unknown, path: string, faults: FactsFault[]): void {
  if (!Array.isArray(list)) return;
  const seen = new Map<unknown, number>();
  list.forEach((item: unknown, index) => {
    const id = isRecord(item) ? item['id'] : undefined;
    const first = seen.get(id);
    if (typeof id !== 'string') return;
    if (first === undefined) seen.set(id, index);
    else faults.push({ path: `${path}[${index}].id`, message: `${show(id)} already stands at ${path}[${first}]` });
  });
}

function idsIn(list: unknown): ReadonlySet<unknown> {
  return new Set(Array.isArray(list) ? list.map((item: unknown) => (isRecord(item) ? item['id'] : undefined)) : []);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'an array';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
