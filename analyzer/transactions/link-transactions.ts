import type { FoundAccess, FoundTransaction } from '../adapters/adapter.ts';
import { unitId } from '../dependencies/edges.ts';
import type { SymbolLinker } from '../dependencies/link-symbols.ts';
import type { ModuleSummary } from '../source/module-summary.ts';
import type { TransactionRecord } from './collect-transactions.ts';

/**
 * Which transactions an access runs in. A transaction is a callback of `withTransaction(…)` or a unit that says BEGIN; it
 * goes on into every function that is handed its client, and into no other: a query of the pool commits by itself.
 */
export function linkTransactions(
  modules: ReadonlyMap<string, ModuleSummary>,
  linker: SymbolLinker,
  found: readonly FoundTransaction[],
): (access: FoundAccess) => readonly string[] {
  const inUnit = new Map<string, Set<string>>();
  const stretches = new Map<string, { from: number; to: number; transaction: string }[]>();
  const enter = (module: string, unit: string, transaction: string) => {
    const id = unitId(module, unit);
    const known = inUnit.get(id) ?? new Set<string>();
    inUnit.set(id, known.add(transaction));
  };

  for (const [module, summary] of modules)
    for (const record of summary.transactions) enterStretch({ module, ...record });
  for (const one of found) {
    if (one.kind === 'stretch') enterStretch(one);
    else enterUnit(one.module, one.unit);
  }
  return (access) => {
    const all = new Set(inUnit.get(unitId(access.module, access.unit)));
    for (const stretch of stretches.get(access.module) ?? [])
      if (access.at >= stretch.from && access.at < stretch.to) all.add(stretch.transaction);
    return [...all];
  };

  function enterStretch(record: TransactionRecord & { readonly module: string }): void {
    const { module, unit, from, to, client } = record;
    const transaction = `${unitId(module, unit)}:${record.line}`;
    const known = stretches.get(module) ?? [];
    known.push({ from, to, transaction });
    stretches.set(module, known);
    if (client !== undefined) follow(module, unit, client, transaction, new Set(), record);
  }

  function enterUnit(module: string, unit: string): void {
    const summary = modules.get(module);
    const id = unitId(module, unit);
    if (summary === undefined || unit === '') return;
    enter(module, unit, id);
    for (const client of clientsIn(summary, unit)) follow(module, unit, client, id, new Set());
  }

  function follow(
    module: string,
    unit: string,
    client: string,
    transaction: string,
    seen: Set<string>,
    region?: { readonly from: number; readonly to: number },
  ): void {
    const key = `${unitId(module, unit)} ${client}`;
    if (seen.has(key)) return;
    seen.add(key);
    for (const reference of modules.get(module)?.references ?? []) {
      if (region === undefined ? reference.unit !== unit : reference.at < region.from || reference.at >= region.to)
        continue;
      const index = reference.arguments?.indexOf(client) ?? -1;
      if (index < 0) continue;
      const target = linker.follow(module, reference.path);
      if (target?.kind !== 'unit') continue;
      const parameter = modules.get(target.module)?.units.find((known) => known.name === target.unit)?.parameters[
        index
      ];
      if (parameter === undefined) continue;
      enter(target.module, target.unit, transaction);
      if (parameter !== '') follow(target.module, target.unit, parameter, transaction, seen);
    }
  }

  /** Names that are handed on from the unit that says BEGIN: its client is among them. */
  function clientsIn(summary: ModuleSummary, unit: string): Set<string> {
    const names = summary.references
      .filter((reference) => reference.unit === unit)
      .flatMap((reference) => reference.arguments ?? []);
    return new Set(
      names.filter((name): name is string => name !== undefined && /client|conn|tx|trx|db|session/i.test(name)),
    );
  }
}
