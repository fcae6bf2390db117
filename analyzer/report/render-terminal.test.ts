import { describe, expect, test } from 'vitest';
import { decomposeFacts } from '../analyze.ts';
import type { Access, Dependency, Endpoint, Facts, Unit } from '../facts/facts.ts';
import { renderTerminalReport } from './render-terminal.ts';

/** Four contexts of the same build; billing writes the orders, and one transaction holds both. */
function bookshop(): Facts {
  const contexts = { billing: 'invoice', catalogue: 'book', newsletter: 'subscriber', orders: 'order' };
  const units: Unit[] = [{ id: 'src/format.ts', kind: 'module', lines: 60 }];
  const dependencies: Dependency[] = [];
  const accesses: Access[] = [];
  const endpoints: Endpoint[] = [];
  for (const [context, word] of Object.entries(contexts)) {
    const module = (name: string) => `src/${context}/${name}.ts`;
    for (const name of ['routes', `${word}-store`, `${word}-rules`, `${word}-mail`]) {
      units.push({ id: module(name), kind: 'module', lines: 160, name, terms: [word, context] });
      dependencies.push({ from: module(name), to: 'src/format.ts', kind: 'import' });
      if (name !== 'routes') dependencies.push({ from: module('routes'), to: module(name), kind: 'import' });
    }
    accesses.push({
      unit: module(`${word}-store`),
      entity: `public.${word}s`,
      mode: 'write',
      place: `${module(`${word}-store`)}:12`,
    });
    endpoints.push(
      { id: `GET /${word}s`, units: [module('routes')] },
      { id: `POST /${word}s`, units: [module('routes')] },
    );
  }
  const transaction = 'src/billing/invoice-store.ts:40';
  for (const entity of ['public.invoices', 'public.orders']) {
    accesses.push({ unit: 'src/billing/invoice-store.ts', entity, mode: 'write', transaction, place: transaction });
  }
  dependencies.push({ from: 'src/orders/routes.ts', to: 'src/catalogue/book-store.ts', kind: 'import' });
  return {
    version: 1,
    units,
    entities: [
      { id: 'public.invoices', references: ['public.orders'] },
      { id: 'public.books' },
      { id: 'public.subscribers' },
      { id: 'public.orders' },
    ],
    dependencies,
    accesses,
    endpoints,
    unresolved: [{ place: 'src/a.ts:1', what: 'import', text: './gen' }],
  };
}

describe('the terminal report', () => {
  const report = decomposeFacts(bookshop());

  test('says on one screen what to do, what not to cut, and why', () => {
    expect(renderTerminalReport(report, { width: 100 })).toMatchInlineSnapshot(`
      "8 endpoints · 4 tables · 17 modules · 1 import unresolved · no socket opened
        Extract first   subscribers  1 table, 0 foreign writers, 0 calls in, 0 shared transactions
        Do not cut      invoices/orders  one transaction, src/billing/invoice-store.ts:40
        Surprise        orders: 2 writing contexts (src/billing/invoice-store.ts:40)
        Next            overgrow init

        candidate context  units  tables  endpoints  writers  calls in  shared tx  verdict
        subscribers            4       1          2        0         0          0  extract first
        books                  4       1          2        0         1          0  extract
        invoices               4       1          2        0         0          1  modularise first
        orders                 4       1          2        1         0          1  modularise first
        shared kernel          1
      "
    `);
  });

  test('every unit, entity and endpoint stands in exactly one place', () => {
    const facts = bookshop();
    const units = [...report.contexts.flatMap((context) => context.units), ...report.sharedKernel.units];
    expect(units.toSorted()).toEqual((facts.units ?? []).map((unit) => unit.id).toSorted());
    expect(report.contexts.flatMap((context) => context.entities).toSorted()).toEqual(
      (facts.entities ?? []).map((entity) => entity.id).toSorted(),
    );
    expect(report.contexts.flatMap((context) => context.endpoints).toSorted()).toEqual(
      (facts.endpoints ?? []).map((endpoint) => endpoint.id).toSorted(),
    );
  });

  test('what everyone uses is the shared kernel', () => {
    expect(report.sharedKernel.members.map(({ unit, role }) => ({ unit, role }))).toEqual([
      { unit: 'src/format.ts', role: 'library' },
    ]);
  });

  test('without folder names the evidence is enough, and renamed folders change nothing', () => {
    const partition = (facts: Facts) =>
      decomposeFacts(facts, { folders: false })
        .contexts.map((context) => context.units.length)
        .toSorted((a, b) => a - b);
    const renamed = JSON.parse(
      JSON.stringify(bookshop()).replaceAll('src/billing/', 'src/x1/').replaceAll('src/orders/', 'src/x2/'),
    ) as Facts;
    expect(partition(renamed)).toEqual(partition(bookshop()));
  });

  test('the wanted number of contexts is given', () => {
    for (const contexts of [2, 3, 4]) expect(decomposeFacts(bookshop(), { contexts }).contexts).toHaveLength(contexts);
  });

  test('colour only when asked for, and never a line wider than the screen', () => {
    const plain = renderTerminalReport(report, { width: 60 });
    const coloured = renderTerminalReport(report, { width: 60, colour: true });
    const escape = String.fromCodePoint(27);
    expect(plain).not.toContain(escape);
    expect(coloured).toContain(escape);
    expect(
      coloured
        .split(escape)
        .map((part, index) => (index === 0 ? part : part.replace(/^\[\d+m/, '')))
        .join(''),
    ).toBe(plain);
    for (const line of plain.split('\n')) expect(line.length).toBeLessThanOrEqual(60);
  });
});
