import { directionOf } from '../decider/evolve.ts';
import { fail, pass, type Gate, type GateEvidence } from './gate.ts';

/** Whether the last pass counts for this attempt: right direction, clean, young enough. */
export function verificationIsFresh({ lastVerify, kind, atMs, limits }: GateEvidence): boolean {
  return (
    lastVerify !== null &&
    lastVerify.direction === directionOf(kind) &&
    lastVerify.report.clean &&
    atMs - lastVerify.report.finishedAtMs <= limits.maxVerifyAgeMs
  );
}

export const verificationFresh: Gate = {
  name: 'verification-fresh',
  needs: 'All rows were compared, were equal, and that was less than `cutover.maxVerifyAge` ago.',
  decide: (evidence) => {
    const { lastVerify, kind, atMs, limits } = evidence;
    if (lastVerify === null || lastVerify.direction !== directionOf(kind)) {
      return fail(
        `the ${directionOf(kind)} direction was not verified yet`,
        'Wait for the first pass: it runs by itself.',
      );
    }
    const { report } = lastVerify;
    const ageMs = Math.max(0, atMs - report.finishedAtMs);
    const differing = report.tables.reduce((sum, table) => sum + table.differing, 0);
    const figures = { ageMs, maxVerifyAgeMs: limits.maxVerifyAgeMs, rowsCompared: report.rowsCompared, differing };
    if (!report.clean) {
      return fail(
        `${differing} of ${report.rowsCompared} rows differ`,
        'Look at the rows that `overgrow status --json` names, mend them, and wait for the next pass.',
        figures,
      );
    }
    if (!verificationIsFresh(evidence)) {
      return fail(
        `the last clean pass is ${ageMs} ms old, and maxVerifyAge is ${limits.maxVerifyAgeMs} ms`,
        'Wait for the next pass: it runs by itself.',
        figures,
      );
    }
    return pass(`${report.rowsCompared} rows equal, ${ageMs} ms ago`, figures);
  },
};
