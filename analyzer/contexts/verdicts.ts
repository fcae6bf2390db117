import type { Facts } from '../facts/facts.ts';
import type { AnalysisReport, CandidateContext, Seam, SharedTransaction, Verdict } from '../report/report.ts';
import type { Decomposition } from './decompose.ts';

type Figures = CandidateContext['figures'];

/** What stands against taking a context out, counted. */
export function figuresOf(name: string, seams: readonly Seam[], transactions: readonly SharedTransaction[]): Figures {
  const inward = seams.filter((seam) => seam.to === name);
  const outward = seams.filter((seam) => seam.from === name);
  const sources = (kind: readonly Seam['kind'][]) =>
    new Set(inward.filter((seam) => kind.includes(seam.kind)).map((seam) => seam.from)).size;
  const total = (list: readonly Seam[], kind: Seam['kind']) =>
    list.filter((seam) => seam.kind === kind).reduce((sum, seam) => sum + seam.count, 0);
  return {
    foreignWriters: sources(['shared-write']),
    foreignReaders: sources(['table', 'shared-write']),
    callsIn: total(inward, 'call'),
    callsOut: total(outward, 'call'),
    sharedTransactions: transactions.filter((transaction) => transaction.contexts.includes(name)).length,
    foreignKeysIn: total(inward, 'foreign-key'),
    foreignKeysOut: total(outward, 'foreign-key'),
  };
}

/** What it takes to take a context out: foreign writers and shared transactions weigh most, because they must be undone before. */
export function costOf(figures: Figures): number {
  return (
    figures.foreignWriters * 6 +
    figures.sharedTransactions * 4 +
    Math.log1p(figures.callsIn) * 1.5 +
    Math.log1p(figures.callsOut) * 0.5 +
    figures.foreignReaders +
    figures.foreignKeysIn * 0.5
  );
}

export interface JudgedContext {
  readonly verdict: Verdict;
  readonly reason: string;
  readonly figures: Figures;
}

/** A first verdict for each context. The cheapest one that owns data and answers requests comes first. */
export function judge(
  facts: Facts,
  found: Decomposition,
  seams: readonly Seam[],
  transactions: readonly SharedTransaction[],
): JudgedContext[] {
  const figures = found.contexts.map((context) => figuresOf(context.name, seams, transactions));
  // The first extraction has to be worth it: it owns data and answers requests.
  const total = found.contexts.reduce((sum, context) => sum + context.endpoints.length, 0);
  const worth = (least: number) =>
    found.contexts.flatMap((context, index) =>
      context.entities.length > 0 && context.units.length > 0 && context.endpoints.length >= least ? [index] : [],
    );
  const ranked = [worth(Math.max(2, total * 0.03)), worth(1), worth(0)];
  // When most tables are touched by nothing that was seen, the first would be a guess.
  const known = touchedEntities(facts).size * 4 >= (facts.entities ?? []).length;
  const candidates = known ? (ranked.find((list) => list.length > 0) ?? []) : [];
  const first = candidates.sort((a, b) => cost(figures[a]) - cost(figures[b]) || a - b)[0];
  return found.contexts.map((context, index): JudgedContext => {
    const own = figures[index] ?? figuresOf(context.name, seams, transactions);
    const reason = reasonOf(context.entities.length, own);
    if (index === first) return { verdict: 'extract-first', reason, figures: own };
    if (context.entities.length === 0) return { verdict: 'leave', reason: 'it owns no data', figures: own };
    if (!known) return { verdict: 'leave', reason: 'who uses its data was not seen', figures: own };
    return {
      verdict: own.foreignWriters > 0 || own.sharedTransactions > 0 ? 'modularise-first' : 'extract',
      reason,
      figures: own,
    };
  });
}

/** Entities that code, a trace or a routine is seen to use. */
export function touchedEntities(facts: Facts): Set<string> {
  const touched = new Set((facts.accesses ?? []).map((access) => access.entity));
  for (const endpoint of facts.endpoints ?? []) {
    for (const sequence of endpoint.sequences ?? []) for (const [, entity] of sequence) touched.add(entity);
  }
  return touched;
}

function cost(figures: Figures | undefined): number {
  return figures === undefined ? Number.POSITIVE_INFINITY : costOf(figures);
}

function reasonOf(entities: number, figures: Figures): string {
  return [
    count(entities, 'table'),
    count(figures.foreignWriters, 'foreign writer'),
    `${count(figures.callsIn, 'call')} in`,
    count(figures.sharedTransactions, 'shared transaction'),
  ].join(', ');
}

export function count(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? '' : 's'}`;
}

/** Below these a cut costs more than it brings: one team reads it in a week. */
const smallLines = 2_000;
const smallModules = 20;

/** Whether the whole should be taken apart at all. */
export function judgeWhole(facts: Facts, found: Decomposition): AnalysisReport['verdict'] {
  const modules = (facts.units ?? []).filter((unit) => unit.parent === undefined);
  const lines = modules.reduce((sum, unit) => sum + (unit.lines ?? 0), 0);
  const hasLines = modules.some((unit) => unit.lines !== undefined);
  if (modules.length === 0 && (facts.entities ?? []).length === 0)
    return { kind: 'nothing-found', reason: 'No source file was found here.' };
  if (hasLines && lines < smallLines && modules.length < smallModules) {
    return { kind: 'do-not-split', reason: `It is small: ${count(modules.length, 'module')}, ${lines} lines.` };
  }
  if (found.contexts.length < 2)
    return { kind: 'do-not-split', reason: 'All of it hangs together: no second context was found.' };
  return { kind: 'split', reason: `${found.contexts.length} candidate contexts.` };
}
