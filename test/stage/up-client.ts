import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';

/** What tests and the demo ask of a running `overgrow up`, over its admin port. */
export interface UpClient {
  readonly url: string;
  readonly adminUrl: string;
  readonly token: string;
  request(method: string, path: string, body?: unknown): Promise<{ readonly status: number; readonly body: unknown }>;
  /** Asks until the answer to `GET path` satisfies; throws the last answer after `timeoutMs`. */
  until(path: string, what: string, satisfied: (body: unknown) => boolean, timeoutMs?: number): Promise<unknown>;
}

/** What stands in the way, before the rest. */
function told(body: unknown): string {
  const contexts = (
    body as {
      contexts?: readonly { phase: string; gates: readonly { verdict: { kind: string } }[]; problem: unknown }[];
    }
  ).contexts;
  const faults = contexts?.map(({ phase, gates, problem }) => ({
    phase,
    problem,
    failed: gates.filter(({ verdict }) => verdict.kind === 'fail'),
  }));
  return `${JSON.stringify(faults ?? null)} ${JSON.stringify(body).slice(0, 2000)}`;
}

export async function connectUp(listening: Record<string, unknown>): Promise<UpClient> {
  const { url, adminUrl, runFile } = listening as { url: string; adminUrl: string; runFile: string };
  const { token } = JSON.parse(await readFile(runFile, 'utf8')) as { token: string };
  const request: UpClient['request'] = async (method, path, body) => {
    const answer = await fetch(new URL(path, adminUrl), {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, body: text === '' ? null : (JSON.parse(text) as unknown) };
  };
  return {
    url,
    adminUrl,
    token,
    request,
    until: async (path, what, satisfied, timeoutMs = 60_000) => {
      const deadline = Date.now() + timeoutMs;
      for (;;) {
        const { body } = await request('GET', path);
        if (satisfied(body)) return body;
        if (Date.now() > deadline) throw new Error(`not ${what} after ${timeoutMs} ms: ${told(body)}`);
        await pause(100);
      }
    },
  };
}
