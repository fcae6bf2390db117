import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { extractFacts } from '../facts/extract-facts.ts';
import type { Facts } from '../facts/facts.ts';

describe('transactions and the order of accesses', () => {
  let facts: Facts;
  beforeAll(async () => {
    facts = await extractFacts(path.join(import.meta.dirname, 'fixtures/bank'));
  });
  const transactions = (unit: string) =>
    (facts.accesses ?? [])
      .filter((access) => access.unit === `src/transfers.ts#Transfers.${unit}`)
      .map(({ mode, entity, transaction }) => `${mode} ${entity} ${transaction ?? '-'}`);

  test('a transaction that is begun and committed by hand covers what is between, and what its client is handed to', () => {
    const id = 'src/transfers.ts#Transfers.send:20';
    expect(transactions('send')).toEqual([`write public.accounts ${id}`, 'write public.mails -']);
    expect(transactions('book')).toEqual([`read public.accounts ${id}`, `write public.entries ${id}`]);
  });

  test('a decorated method is one', () => {
    expect(transactions('close')).toEqual(['write public.accounts src/transfers.ts#Transfers.close:32']);
  });

  test('transactions of money are none', () => {
    expect(transactions('findTransactions')).toEqual(['read public.entries -']);
  });

  test('an endpoint has its accesses in the order of the code, repeats folded, recursion entered once', () => {
    expect(facts.endpoints?.find(({ id }) => id === 'POST /transfers')?.sequences).toEqual([
      [
        ['read', 'public.accounts', 2],
        ['read', 'public.limits', 1],
        ['write', 'public.accounts', 1],
        ['read', 'public.accounts', 1],
        ['write', 'public.entries', 1],
        ['write', 'public.mails', 1],
      ],
    ]);
  });
});
