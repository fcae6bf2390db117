import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { analyze } from './analyze.ts';
import { extractFacts } from './facts/extract-facts.ts';
import type { Facts } from './facts/facts.ts';
import type { AnalysisReport } from './report/report.ts';

const root = path.join(import.meta.dirname, '../examples/shop');

interface Place {
  readonly units: readonly string[];
  readonly entities: readonly string[];
  readonly endpoints: readonly string[];
}

interface Expected {
  readonly contexts: Readonly<Record<string, Place>>;
  readonly sharedKernel: Place;
}

/** How the found compares with the expected, as shares of one. */
function score(found: ReadonlySet<string>, expected: ReadonlySet<string>) {
  const both = [...found].filter((item) => expected.has(item)).length;
  return { precision: both / found.size, recall: both / expected.size };
}

/** Pairs of things that stand in one place. */
function pairs(places: readonly (readonly string[])[]): Set<string> {
  return new Set(places.flatMap((place) => place.flatMap((a) => place.filter((b) => a < b).map((b) => `${a} ${b}`))));
}

/** Table accesses as a plain search reads them: an oracle that shares nothing with the analyzer but the language. */
function accessesBySearch(tables: ReadonlySet<string>): Set<string> {
  const found = new Set<string>();
  const files = globSync('**/*.ts', {
    cwd: root,
    exclude: ['services/**', 'testing/**', 'node_modules/**', '**/*.test.ts'],
  });
  for (const file of files) {
    const text = readFileSync(path.join(root, file), 'utf8')
      .replace(/\/\*[\s\S]*?\*\//g, '')
      .replace(/^\s*\/\/.*$/gm, '');
    for (const [, verb = '', table = ''] of text.matchAll(
      /\b(FROM|JOIN|INTO|UPDATE|DELETE FROM)\s+(?:ONLY\s+)?([a-z_]+)\b/g,
    )) {
      if (tables.has(table)) found.add(`${file} ${/INTO|UPDATE|DELETE/.test(verb) ? 'write' : 'read'} ${table}`);
    }
    // The search sees DELETE FROM a second time as FROM.
    for (const [, table = ''] of text.matchAll(/\bDELETE FROM ([a-z_]+)/g)) {
      const reads = [...text.matchAll(new RegExp(`(?<!DELETE )\\b(?:FROM|JOIN)\\s+${table}\\b`, 'g'))].length;
      if (reads === 0) found.delete(`${file} read ${table}`);
    }
  }
  return found;
}

describe('the example shop', () => {
  let facts: Facts;
  let report: AnalysisReport;
  let expected: Expected;
  beforeAll(async () => {
    facts = await extractFacts(root);
    report = await analyze({ facts });
    expected = parse(readFileSync(path.join(root, 'contexts.expected.yaml'), 'utf8')) as Expected;
  });
  const places = () => [...Object.values(expected.contexts), expected.sharedKernel];
  const show = (what: string, { precision, recall }: { precision: number; recall: number }) =>
    process.stdout.write(`shop: ${what.padEnd(10)} precision ${precision.toFixed(3)}  recall ${recall.toFixed(3)}\n`);

  test('every endpoint is found, and no other', () => {
    const result = score(
      new Set((facts.endpoints ?? []).map((endpoint) => endpoint.id)),
      new Set(places().flatMap((place) => place.endpoints)),
    );
    show('endpoints', result);
    expect(result).toEqual({ precision: 1, recall: 1 });
  });

  test('every table and view is found, and no other', () => {
    const result = score(
      new Set((facts.entities ?? []).map((entity) => entity.id)),
      new Set(places().flatMap((place) => place.entities)),
    );
    show('tables', result);
    expect(result).toEqual({ precision: 1, recall: 1 });
  });

  test('every table access is found with its mode', () => {
    const tables = new Set(places().flatMap((place) => place.entities.map((entity) => entity.replace('public.', ''))));
    const found = (facts.accesses ?? [])
      .filter((access) => access.via === undefined)
      .map(({ unit, mode, entity }) => `${unit.replace(/#.*/, '')} ${mode} ${entity.replace('public.', '')}`);
    const oracle = accessesBySearch(tables);
    const result = score(new Set(found), oracle);
    show('accesses', result);
    expect([...oracle].filter((access) => !found.includes(access))).toEqual([]);
    expect(result.precision).toBeGreaterThanOrEqual(0.95);
  });

  test('modules and tables that belong together stand together', () => {
    const known = new Set(places().flatMap((place) => [...place.units, ...place.entities]));
    const placed = [
      ...report.contexts.map((context) => [...context.units, ...context.entities]),
      report.sharedKernel.units,
    ];
    const result = score(
      pairs(placed.map((place) => place.filter((item) => known.has(item)))),
      pairs(places().map((place) => [...place.units, ...place.entities])),
    );
    show('placement', result);
    expect(result.precision).toBeGreaterThanOrEqual(0.8);
    expect(result.recall).toBeGreaterThanOrEqual(0.5);
  });

  test('the edge comes first, checkout is not cut, and the trigger is a surprise', () => {
    expect(report.contexts.find((context) => context.verdict === 'extract-first')?.name).toBe('reviews');
    expect(report.sharedTransactions.map((transaction) => transaction.place?.replace(/:\d+$/, ''))).toContain(
      'checkout/checkout.ts',
    );
    expect(report.surprises[0]).toMatchObject({
      kind: 'many-writers',
      entity: 'public.products',
      triggers: ['public.update_rating'],
    });
  });
});
