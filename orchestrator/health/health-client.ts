import { request } from 'node:http';
import { request as requestTls } from 'node:https';
import { performance } from 'node:perf_hooks';
import type { HealthPort, HealthVerdict } from '@overgrow/core';

/** Asks each context's service at its health path; 2xx is healthy. `urls`: context → the whole URL to ask. */
export function createHttpHealth(urls: Readonly<Record<string, string>>): HealthPort {
  return {
    check: async (context, signal) => {
      const url = urls[context];
      if (url === undefined) return { kind: 'unwell', reason: 'the manifest names no service for it' };
      const startedAt = performance.now();
      try {
        const status = await statusOf(new URL(url), signal);
        const tookMs = performance.now() - startedAt;
        return status >= 200 && status < 300
          ? { kind: 'healthy', tookMs }
          : { kind: 'unwell', reason: `${url} answered ${status}` };
      } catch (error) {
        return unwell(url, error);
      }
    },
  };
}

function unwell(url: string, error: unknown): HealthVerdict {
  const { code, message } = error as { code?: string; message?: string };
  return { kind: 'unwell', reason: `${url} gave no answer (${code ?? message ?? 'unknown'})` };
}

function statusOf(url: URL, signal: AbortSignal): Promise<number> {
  const send = url.protocol === 'https:' ? requestTls : request;
  return new Promise((resolve, reject) => {
    // No kept connection: what counts is whether a new one is taken.
    const asked = send(url, { method: 'GET', agent: false, signal }, (answer) => {
      answer.resume();
      answer.once('end', () => resolve(answer.statusCode ?? 0));
      answer.once('error', reject);
    });
    asked.once('error', reject);
    asked.end();
  });
}
