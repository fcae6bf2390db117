import type { Skipped } from '../facts/facts.ts';
import type { ModuleSummary } from './module-summary.ts';
import { createLineIndex } from './place.ts';
import { contentSkipReason } from './skip-rules.ts';
import { summarizeModule } from './summarize-module.ts';
import { parseModule } from './syntax-tree.ts';

/** A module as far as it could be read, and what of it could not. */
export interface ReadModule {
  readonly summary: ModuleSummary | undefined;
  readonly skipped: readonly Skipped[];
}

/** Text → summary. Whatever the text holds, the outcome is a value. */
export function readModule(id: string, text: string): ReadModule {
  const skip = (reason: string, summary?: ModuleSummary): ReadModule => ({ summary, skipped: [{ path: id, reason }] });
  const unwanted = contentSkipReason(text);
  if (unwanted !== undefined) return skip(unwanted);
  try {
    const parsed = parseModule(id, text);
    const summary = parsed.kind === 'parsed' ? summarizeModule(id, text, parsed) : undefined;
    const fault = parsed.kind === 'failed' ? parsed : parsed.faults[0];
    if (fault !== undefined) {
      const line = createLineIndex(text).lineAt(fault.at);
      return skip(`syntax error in line ${line}: ${fault.message}`, summary);
    }
    return { summary, skipped: (summary?.faults ?? []).map((reason) => ({ path: id, reason })) };
  } catch (error) {
    if (error instanceof RangeError) return skip('nested too deeply to be read');
    return skip(`could not be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}
