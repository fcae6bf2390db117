import { decompose, type DecomposeOptions } from './contexts/decompose.ts';
import { extractFacts, type Progress } from './facts/extract-facts.ts';
import type { Facts } from './facts/facts.ts';
import { sortFacts } from './facts/sort-facts.ts';
import { buildReport } from './report/build-report.ts';
import type { AnalysisReport } from './report/report.ts';

export interface AnalyzeInput {
  /** The folder of a repository. Either this or `facts`. */
  readonly root?: string;
  /** Facts from anywhere. */
  readonly facts?: Facts;
  readonly options?: DecomposeOptions;
  readonly progress?: Progress;
}

/**
 * Source → facts → graph → contexts → report. Reads files, opens no socket, needs no configuration.
 * Errors: `ANALYZE_NO_FOLDER`. An empty folder is a report that says so.
 */
export async function analyze(input: AnalyzeInput): Promise<AnalysisReport> {
  const progress = input.progress === undefined ? {} : { progress: input.progress };
  const facts = input.facts ?? (await extractFacts(input.root ?? '.', progress));
  return decomposeFacts(facts, input.options);
}

/** The second half of the pipeline, for facts that are at hand. Pure. */
export function decomposeFacts(facts: Facts, options: DecomposeOptions = {}): AnalysisReport {
  const sorted = sortFacts(facts);
  return buildReport(sorted, decompose(sorted, options));
}
