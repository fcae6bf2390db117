import type { Decomposition } from '../contexts/decompose.ts';
import { findSeams } from '../contexts/seams.ts';
import { findSurprises } from '../contexts/surprises.ts';
import { judge, judgeWhole, touchedEntities } from '../contexts/verdicts.ts';
import type { Facts, Unresolved } from '../facts/facts.ts';
import { reportVersion, type AnalysisReport } from './report.ts';

/** Puts all findings into the one document. */
export function buildReport(facts: Facts, found: Decomposition): AnalysisReport {
  const { seams, transactions } = findSeams(facts, found);
  const judged = judge(facts, found, seams, transactions);
  const units = new Map((facts.units ?? []).map((unit) => [unit.id, unit]));
  const modules = [...units.values()].filter((unit) => unit.parent === undefined);
  const linesOf = (ids: readonly string[]) => ids.reduce((sum, id) => sum + (units.get(id)?.lines ?? 0), 0);
  return {
    version: reportVersion,
    source: facts.source ?? '',
    socketsOpened: 0,
    counts: {
      modules: modules.length,
      units: units.size,
      lines: linesOf(modules.map((unit) => unit.id)),
      endpoints: facts.endpoints?.length ?? 0,
      entities: facts.entities?.length ?? 0,
      entitiesTouched: touchedEntities(facts).size,
      accesses: facts.accesses?.length ?? 0,
      routines: facts.routines?.length ?? 0,
      unresolved: countUnresolved(facts.unresolved ?? []),
      skipped: facts.skipped?.length ?? 0,
    },
    verdict: judgeWhole(facts, found),
    contexts: found.contexts.map((context, index) => ({
      id: context.name,
      name: context.name,
      units: context.units,
      entities: context.entities,
      endpoints: context.endpoints,
      lines: linesOf(context.units),
      verdict: judged[index]?.verdict ?? 'leave',
      reason: judged[index]?.reason ?? '',
      figures: judged[index]?.figures ?? {
        foreignWriters: 0,
        foreignReaders: 0,
        callsIn: 0,
        callsOut: 0,
        sharedTransactions: 0,
        foreignKeysIn: 0,
        foreignKeysOut: 0,
      },
    })),
    sharedKernel: { units: found.kernel.map((member) => member.unit), endpoints: found.loose, members: found.kernel },
    seams,
    sharedTransactions: transactions,
    surprises: findSurprises(facts, found),
    unresolved: facts.unresolved ?? [],
    skipped: facts.skipped ?? [],
  };
}

function countUnresolved(list: readonly Unresolved[]): Record<Unresolved['what'], number> {
  const counts = { import: 0, endpoint: 0, sql: 0, call: 0 };
  for (const { what } of list) counts[what] += 1;
  return counts;
}
