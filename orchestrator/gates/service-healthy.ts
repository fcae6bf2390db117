import { fail, pass, type Gate } from './gate.ts';

export const serviceHealthy: Gate = {
  name: 'service-healthy',
  needs:
    'The service answers its health path with 2xx. Not asked of a rollback: it must work when the service is dead.',
  decide: ({ health, kind }) => {
    if (health.kind === 'healthy')
      return pass(`healthy, in ${Math.round(health.tookMs)} ms`, { tookMs: Math.round(health.tookMs) });
    if (kind === 'rollback') return pass(`a rollback does not need the service, which is unwell: ${health.reason}`);
    return fail(`the service is unwell: ${health.reason}`, 'Start or mend the service, then try again.');
  },
};
