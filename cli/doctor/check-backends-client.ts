import type { Manifest } from '@overgrow/core';
import { createHttpHealth } from '@overgrow/orchestrator';
import type { Finding } from './check.ts';

const patienceMs = 5000;

/** Whether the monolith gives an answer, whichever: a redirect to its login is one. */
export async function checkMonolith(url: string): Promise<Finding> {
  const what = 'monolith';
  try {
    const answer = await fetch(url, { method: 'HEAD', redirect: 'manual', signal: AbortSignal.timeout(patienceMs) });
    return { kind: 'fine', what, detail: `${url} answers (${answer.status})` };
  } catch (error) {
    const cause = (error as { cause?: { code?: string } }).cause?.code ?? (error as Error).name;
    return {
      kind: 'fault',
      what,
      code: 'CLI_MONOLITH_UNREACHABLE',
      detail: `${url} gives no answer (${cause})`,
      remedy: 'Start it, or mend monolith.url.',
    };
  }
}

/** Whether each service is well, as the gate of a cutover will ask. */
export async function checkServices(services: Manifest['services']): Promise<readonly Finding[]> {
  const urls = Object.fromEntries(
    Object.entries(services).map(([name, { url, health }]) => [name, new URL(health, url).href]),
  );
  const health = createHttpHealth(urls);
  return Promise.all(
    Object.keys(urls).map(async (name): Promise<Finding> => {
      const what = `service ${name}`;
      const verdict = await health.check(name, AbortSignal.timeout(patienceMs));
      if (verdict.kind === 'healthy') return { kind: 'fine', what, detail: `${urls[name]} is well` };
      return {
        kind: 'fault',
        what,
        code: 'CLI_SERVICE_UNWELL',
        detail: verdict.reason,
        remedy: `Start it, or mend services.${name}.url.`,
      };
    }),
  );
}
