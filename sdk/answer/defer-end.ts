import type { ServerResponse } from 'node:http';
import { type AnswerForm, answerLengthHeader, decideAnswerForm } from './answer-form.ts';
import type { AnsweringRequest } from './http-types.ts';
import { SdkError } from './sdk-error.ts';

interface Deferral {
  readonly hasOwners: boolean;
  hasTasks(): boolean;
  /** Starts the tasks, once; resolves when all have ended and never rejects. */
  start(): Promise<void>;
}

/**
 * Replaces `writeHead`, `write`, `end` and `flushHeaders` of one answer, so that its message ends when its tasks have
 * ended. Without owners or tasks every call goes through as it came, and the bytes are Node's own.
 */
export function deferEnd(
  request: AnsweringRequest,
  response: ServerResponse,
  deferral: Deferral,
): { isHeadWritten(): boolean } {
  const original = {
    writeHead: response.writeHead.bind(response),
    write: response.write.bind(response),
    end: response.end.bind(response),
    flushHeaders: response.flushHeaders.bind(response),
  };
  let form: AnswerForm | undefined;
  let headWritten = false;
  let ended = false;

  /** The form, decided when the first byte of the answer is due. `bytes`: the whole body, where it is known. */
  const prepare = (bytes: number | undefined): AnswerForm => {
    headWritten = true;
    if (form !== undefined) return form;
    if (response.headersSent) return (form = deferral.hasOwners && deferral.hasTasks() ? 'message' : 'plain');
    form = decideAnswerForm({
      hasOwners: deferral.hasOwners,
      hasTasks: deferral.hasTasks(),
      method: request.method,
      httpVersion: request.httpVersion,
      status: response.statusCode,
    });
    if (form === 'message') {
      const length = bytes ?? declaredLength(response);
      if (length !== undefined) response.setHeader(answerLengthHeader, length);
      response.removeHeader('content-length');
    }
    // An HTTP/1.0 answer that is streamed ends with its connection; with a length it would seem to end before.
    if (form === 'whole' && bytes === undefined && request.httpVersion === '1.0' && hasBody(request, response))
      response.removeHeader('content-length');
    return form;
  };

  /** Node calls `this.writeHead` when it writes a head by itself; then it must be written, not kept. */
  let inside = false;
  const pass = <T>(call: () => T): T => {
    inside = true;
    try {
      return call();
    } finally {
      inside = false;
    }
  };

  const writeHead = (status: number, ...rest: unknown[]): ServerResponse => {
    if (inside || !deferral.hasOwners || !deferral.hasTasks()) {
      headWritten = true;
      return (original.writeHead as (...all: unknown[]) => ServerResponse)(status, ...rest);
    }
    // Kept until the first byte: only then is it known whether the body comes in one piece.
    if (headWritten) throw new Error('Cannot write headers after they are sent to the client');
    headWritten = true;
    response.statusCode = status;
    const [message, headers] = typeof rest[0] === 'string' ? rest : [undefined, rest[0] ?? rest[1]];
    if (typeof message === 'string') response.statusMessage = message;
    setHeaders(response, headers);
    return response;
  };

  const write = (chunk: unknown, encoding?: unknown, callback?: unknown): boolean => {
    if (ended) throw new SdkError('SDK_WRITE_AFTER_END', 'write() was called after end() of the same answer.');
    prepare(undefined);
    return pass(() => (original.write as (...all: unknown[]) => boolean)(chunk, encoding, callback));
  };

  const flushHeaders = (): void => {
    prepare(undefined);
    pass(() => original.flushHeaders());
  };

  const end = (...args: unknown[]): ServerResponse => {
    const { body, callback } = readEndArguments(args);
    if (ended) return response;
    const bytes = response.headersSent ? undefined : (body?.byteLength ?? 0);
    const decided = prepare(bytes);
    if (decided === 'plain') return pass(() => (original.end as (...all: unknown[]) => ServerResponse)(...args));
    ended = true;
    if (decided === 'message') {
      if (body !== undefined && body.byteLength > 0) pass(() => original.write(body));
      else if (!response.headersSent) pass(() => original.flushHeaders());
    }
    // The next turn: Node hands the bytes to the socket at the end of this one, and a task may be long and synchronous.
    const finish = () =>
      pass(() => (decided === 'whole' && body !== undefined ? original.end(body, callback) : original.end(callback)));
    setImmediate(() => void deferral.start().then(finish));
    return response;
  };

  Object.assign(response, { writeHead, write, end, flushHeaders });
  return { isHeadWritten: () => headWritten || response.headersSent };
}

function declaredLength(response: ServerResponse): number | undefined {
  const value = String(response.getHeader('content-length') ?? '');
  return /^\d{1,15}$/.test(value) ? Number(value) : undefined;
}

const hasBody = (request: AnsweringRequest, response: ServerResponse) =>
  request.method !== 'HEAD' && response.statusCode !== 204 && response.statusCode !== 304;

/** `writeHead` takes an object, or an array of names and values in turn; repeated names of an array add up. */
function setHeaders(response: ServerResponse, headers: unknown): void {
  if (Array.isArray(headers)) {
    const flat = headers.flat() as (string | number)[];
    for (let at = 0; at < flat.length; at += 2) response.removeHeader(String(flat[at]));
    for (let at = 0; at < flat.length; at += 2) response.appendHeader(String(flat[at]), String(flat[at + 1]));
  } else if (typeof headers === 'object' && headers !== null) {
    for (const [name, value] of Object.entries(headers as Record<string, number | string | string[]>))
      response.setHeader(name, value);
  }
}

function readEndArguments(args: readonly unknown[]): { body: Buffer | undefined; callback: (() => void) | undefined } {
  const callback = args.find((arg) => typeof arg === 'function') as (() => void) | undefined;
  const [chunk, encoding] = args;
  if (typeof chunk === 'string') {
    return { body: Buffer.from(chunk, typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8'), callback };
  }
  return {
    body: chunk instanceof Uint8Array ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength) : undefined,
    callback,
  };
}
