import { unitId } from '../../dependencies/edges.ts';
import type { SymbolLinker } from '../../dependencies/link-symbols.ts';
import type { ModuleSummary } from '../../source/module-summary.ts';
import type { FoundSql, FoundStatement } from './link-sql.ts';

/**
 * Which transactions a statement runs in. A transaction is a callback of `withTransaction(…)` or a unit that says BEGIN; it
 * goes on into every function that is handed its client, and into no other: a query of the pool commits by itself.
 */
export function findTransactions(
  modules: ReadonlyMap<string, ModuleSummary>,
  linker: SymbolLinker,
  sql: FoundSql,
): (statement: FoundStatement) => readonly string[] {
  const inUnit = new Map<string, Set<string>>();
  const regions: { module: string; from: number; to: number; transaction: string }[] = [];
  const enter = (module: string, unit: string, transaction: string) => {
    const id = unitId(module, unit);
    const known = inUnit.get(id) ?? new Set<string>();
    inUnit.set(id, known.add(transaction));
  };

  for (const [module, summary] of modules) {
    for (const record of summary.sql.transactions) {
      const transaction = `${unitId(module, record.unit)}:${record.line}`;
      regions.push({ module, from: record.from, to: record.to, transaction });
      if (record.client !== undefined) follow(module, record.unit, record.client, transaction, new Set(), record);
    }
    for (const unit of summary.units) {
      const id = unitId(module, unit.name);
      if (!sql.begins.has(id)) continue;
      enter(module, unit.name, id);
      for (const client of clientsIn(summary, unit.name)) follow(module, unit.name, client, id, new Set());
    }
  }
  return (statement) => {
    const found = new Set(inUnit.get(unitId(statement.module, statement.text.unit)));
    for (const region of regions) {
      if (region.module === statement.module && statement.text.at >= region.from && statement.text.at < region.to)
        found.add(region.transaction);
    }
    return [...found];
  };

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
