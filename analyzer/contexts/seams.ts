import type { Facts } from '../facts/facts.ts';
import type { Seam, SharedTransaction } from '../report/report.ts';
import { compareText } from '../source/place.ts';
import type { Decomposition } from './decompose.ts';

/** What crosses from one context into another, each kind with its first place. */
export function findSeams(
  facts: Facts,
  found: Decomposition,
): { readonly seams: Seam[]; readonly transactions: SharedTransaction[] } {
  const seams = new Map<string, Seam>();
  const name = (context: number) => found.contexts[context]?.name ?? '';
  const add = (
    from: number | undefined,
    to: number | undefined,
    kind: Seam['kind'],
    subject: string,
    count: number,
    place: string | undefined,
  ) => {
    if (from === undefined || to === undefined || from === to) return;
    const key = [from, to, kind, subject].join('\n');
    const known = seams.get(key);
    const first = known?.place ?? place;
    seams.set(key, {
      from: name(from),
      to: name(to),
      kind,
      subject,
      count: (known?.count ?? 0) + count,
      ...(first === undefined ? {} : { place: first }),
    });
  };

  const called = new Set(
    (facts.dependencies ?? [])
      .filter((edge) => edge.kind === 'call')
      .map((edge) => `${moduleOf(edge.from)} ${moduleOf(edge.to)}`),
  );
  for (const { from, to, kind, count, place } of facts.dependencies ?? []) {
    if (kind === 'type') continue;
    // The import of what is called is the same seam once more.
    if (kind === 'import' && called.has(`${from} ${to}`)) continue;
    add(found.contextOfUnit(from), found.contextOfUnit(to), 'call', to, count ?? 1, place);
  }
  const writers = writersOf(facts, found);
  for (const { unit, entity, mode, count, place } of facts.accesses ?? []) {
    const shared = mode === 'write' && (writers.get(entity)?.size ?? 0) > 1;
    add(
      found.contextOfUnit(unit),
      found.contextOfEntity(entity),
      shared ? 'shared-write' : 'table',
      entity,
      count ?? 1,
      place,
    );
  }
  for (const entity of facts.entities ?? []) {
    for (const target of entity.references ?? []) {
      add(
        found.contextOfEntity(entity.id),
        found.contextOfEntity(target),
        'foreign-key',
        `${entity.id} → ${target}`,
        1,
        entity.place,
      );
    }
  }
  const transactions = sharedTransactions(facts, found);
  for (const transaction of transactions) {
    for (const from of transaction.contexts) {
      for (const to of transaction.contexts) {
        if (compareText(from, to) >= 0) continue;
        const place = transaction.place === undefined ? {} : { place: transaction.place };
        seams.set(`${from}\n${to}\ntransaction\n${transaction.id}`, {
          from,
          to,
          kind: 'shared-transaction',
          subject: transaction.id,
          count: 1,
          ...place,
        });
      }
    }
  }
  const order = (seam: Seam) => [seam.from, seam.to, seam.kind, seam.subject].join('\u0000');
  return { seams: [...seams.values()].sort((a, b) => compareText(order(a), order(b))), transactions };
}

/** Transactions that write entities of more than one context. */
function sharedTransactions(facts: Facts, found: Decomposition): SharedTransaction[] {
  const groups = new Map<string, { contexts: Set<string>; entities: Set<string>; place: string | undefined }>();
  for (const { transaction, entity, mode, place } of facts.accesses ?? []) {
    if (transaction === undefined || mode !== 'write') continue;
    const group = groups.get(transaction) ?? { contexts: new Set<string>(), entities: new Set<string>(), place };
    const context = found.contextOfEntity(entity);
    if (context !== undefined) group.contexts.add(found.contexts[context]?.name ?? '');
    group.entities.add(entity);
    groups.set(transaction, group);
  }
  return [...groups]
    .filter(([, group]) => group.contexts.size > 1)
    .map(([id, group]) => ({
      id,
      contexts: [...group.contexts].sort(compareText),
      entities: [...group.entities].sort(compareText),
      ...(placeOf(id, facts) ?? (group.place === undefined ? {} : { place: group.place })),
    }))
    .sort((a, b) => b.contexts.length - a.contexts.length || compareText(a.id, b.id));
}

/** A callback's transaction ends in its line, one that says BEGIN is its unit. */
function placeOf(transaction: string, facts: Facts): { readonly place: string } | undefined {
  const line = /^(.*?)(?:#.*)?:(\d+)$/.exec(transaction);
  if (line !== null) return { place: `${line[1]}:${line[2]}` };
  const place = (facts.units ?? []).find((unit) => unit.id === transaction)?.place;
  return place === undefined ? undefined : { place };
}

/** The contexts that write each entity, in code. */
export function writersOf(facts: Facts, found: Decomposition): Map<string, Set<number>> {
  const writers = new Map<string, Set<number>>();
  for (const { unit, entity, mode } of facts.accesses ?? []) {
    const context = found.contextOfUnit(unit);
    if (mode === 'write' && context !== undefined)
      writers.set(entity, (writers.get(entity) ?? new Set<number>()).add(context));
  }
  return writers;
}

function moduleOf(unit: string): string {
  return unit.replace(/#.*$/, '');
}
