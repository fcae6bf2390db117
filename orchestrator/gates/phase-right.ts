import { transitionOf } from '../decider/transitions.ts';
import { fail, pass, type Gate } from './gate.ts';

export const phaseRight: Gate = {
  name: 'phase-right',
  needs: 'A cutover starts from reading, a rollback from switched.',
  decide: ({ record, kind }) => {
    const figures = { phase: record.phase };
    if (transitionOf(record.phase, 'begin', kind) !== undefined) return pass(`the context is ${record.phase}`, figures);
    const from = kind === 'cutover' ? 'reading' : 'switched';
    return fail(
      `the context is ${record.phase}, and a ${kind} starts from ${from}`,
      `Wait until \`overgrow status\` shows ${from}, and look there for what it waits for.`,
      figures,
    );
  },
};
