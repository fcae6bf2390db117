import { errorCodes, OvergrowError, type ErrorCode } from '@overgrow/core';
import type { RunRecord } from '../up/run-files.ts';

export interface AskOptions {
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

/**
 * Speaks to a running `overgrow up`; resolves with what it answered.
 * @throws CLI_NOT_RUNNING when nobody, or another program, answers at its address; else the error that it met, with its code.
 */
export async function askAdmin(
  run: RunRecord,
  method: string,
  path: string,
  options: AskOptions = {},
): Promise<unknown> {
  const { status, text } = await exchange(run, method, path, options);
  const body = parseJson(text);
  if (status < 400 && body !== undefined) return body;
  const { code, title } = (body ?? {}) as { readonly code?: string; readonly title?: string };
  // The title is the whole error as a terminal shows it: code, sentence, way out.
  if (isErrorCode(code)) throw overgrowErrorOf(code, title ?? code);
  if (status === 401 || status === 403 || body === undefined) throw notRunning(run, 'another program answers');
  throw new OvergrowError('CLI_UNEXPECTED', `overgrow answered ${status}: ${title ?? 'without a reason'}`, {
    hint: 'Look at what `overgrow up` wrote in its terminal.',
  });
}

/** Whether the `overgrow up` that wrote the record still answers. */
export async function answers(run: RunRecord, signal: AbortSignal): Promise<boolean> {
  return askAdmin(run, 'GET', '/api/journal?after=9007199254740991', { signal }).then(
    () => true,
    () => false,
  );
}

async function exchange(run: RunRecord, method: string, path: string, { body, signal }: AskOptions) {
  try {
    const answer = await fetch(new URL(path, run.adminUrl), {
      method,
      headers: {
        authorization: `Bearer ${run.token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    });
    return { status: answer.status, text: await answer.text() };
  } catch (cause) {
    throw notRunning(run, 'nobody answers', cause);
  }
}

function notRunning(run: RunRecord, who: string, cause?: unknown): OvergrowError {
  return new OvergrowError(
    'CLI_NOT_RUNNING',
    `overgrow was started (process ${run.pid}), but ${who} at ${run.adminUrl}.`,
    { hint: 'Start it again with `overgrow up`: it resumes or abandons what was under way.', cause },
  );
}

function overgrowErrorOf(code: ErrorCode, title: string): OvergrowError {
  const [first = '', ...more] = title.split('\n');
  const hint = more.find((line) => line.trimStart().startsWith('→'))?.replace(/^\s*→\s*/, '');
  const message = first.startsWith(`${code}: `) ? first.slice(code.length + 2) : first;
  return new OvergrowError(code, message, hint === undefined ? {} : { hint });
}

const isErrorCode = (code: string | undefined): code is ErrorCode =>
  code !== undefined && Object.hasOwn(errorCodes, code);

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
