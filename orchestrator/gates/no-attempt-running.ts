import { attemptUnfinished } from '../decider/decide.ts';
import { fail, pass, type Gate } from './gate.ts';

export const noAttemptRunning: Gate = {
  name: 'no-attempt-running',
  needs: 'No other attempt of this context is under way.',
  decide: ({ record }) => {
    const figures = { attempt: record.attempt?.number ?? 0 };
    if (!attemptUnfinished(record)) return pass('no attempt is under way', figures);
    return fail(
      `attempt ${record.attempt?.number} is ${record.attempt?.state.kind} and not finished`,
      'Wait until it is finished: `overgrow status` shows its step.',
      figures,
    );
  },
};
