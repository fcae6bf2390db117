import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Backend } from '../config/proxy-config.ts';
import { renderProblem, upstreamProblem, type ProxyProblem } from '../errors/proxy-problem.ts';
import type { FilterAnswer } from '../filters/redirect.ts';
import type { DataPath } from '../forward/data-path.ts';
import { RequestBody } from '../forward/request-body.ts';
import { RoutedRequest } from '../forward/routed-request.ts';
import type { AnswerSink, Flow, UpstreamControl } from '../forward/upstream.ts';
import { appendForwarding, plainAddress } from '../headers/forwarded.ts';
import { readRequestHead } from '../headers/request-head.ts';
import { readResponseHead } from '../headers/response-head.ts';
import { matchRequestOf } from '../routing/match-request.ts';
import { ownersHeaderName } from '@overgrow/core';
import { parseTarget } from '../target/canonical-target.ts';

/** Sends a request that `handOver` gave to a service, and its answer to the client. `body`: where a parser has read it. */
export function answerFromService(
  path: DataPath,
  request: IncomingMessage & { readonly originalUrl?: string },
  response: ServerResponse,
  body: Buffer | undefined,
  backend: Backend,
  weighted: boolean,
): void {
  const { httpVersion, rawHeaders, method = 'GET' } = request;
  const target = parseTarget(request.originalUrl ?? request.url ?? '');
  const head = readRequestHead({ method, httpVersion, rawHeaders });
  // Both were read by `handOver` a moment ago.
  if (target.kind === 'refused' || head.kind === 'refused') return;
  const came = { peer: plainAddress(request.socket.remoteAddress), secure: 'encrypted' in request.socket };
  const routed = new RoutedRequest(path, matchRequestOf(request, target, head.host), head, came);
  if (body !== undefined) routed.read(body);
  const { headers } = head;
  // A parser's body has another length than the client's: the HTTP client writes the right one.
  if (body !== undefined) withoutLength(headers);
  appendForwarding(headers, came.peer, came.secure, path.trust.trusts(came.peer), head);
  headers.push('x-request-id', head.requestId ?? path.newRequestId());
  if (path.ownersHeader() !== '') headers.push(ownersHeaderName, path.ownersHeader());
  const timeouts = routed.matched?.route.timeouts ?? path.unmatchedTimeouts;
  const sent = routed.forwardTo(backend, { target: target.full, headers });
  const hasBody = head.chunked || (head.contentLength ?? 0) > 0;
  path.upstreamOf(backend, false).send(
    {
      method,
      path: sent.target,
      headers: sent.headers,
      body: body ?? (hasBody ? bodyOf(request, path) : null),
      unsafe: routed.isUnsafe(),
      headMs: timeouts.headMs,
      idleMs: timeouts.idleMs,
    },
    new ResponseSink(request, response, (received) => routed.answerFrom(backend, weighted, received), backend.name),
  );
}

/** The proxy's own answer on a response that has not begun. */
export function answerProblem(request: IncomingMessage, response: ServerResponse, problem: ProxyProblem): void {
  const { headers, body } = renderProblem(problem, undefined);
  response.writeHead(problem.status, headers);
  response.end(request.method === 'HEAD' ? undefined : body);
  request.resume();
}

/** A redirect, or the answer to a preflight. */
export function answerOwn(request: IncomingMessage, response: ServerResponse, own: FilterAnswer): void {
  response.writeHead(own.status, own.headers);
  response.end();
  request.resume();
}

function bodyOf(request: IncomingMessage, path: DataPath): RequestBody {
  const source = { stream: request, isComplete: () => request.complete, trailers: () => request.rawTrailers };
  return new RequestBody(source, path.clock);
}

function withoutLength(headers: string[]): void {
  for (let index = headers.length - 2; index >= 0; index -= 2)
    if (headers[index]?.toLowerCase() === 'content-length') headers.splice(index, 2);
}

class ResponseSink implements AnswerSink {
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #filter: (headers: string[]) => string[];
  readonly #backend: string;
  #control: UpstreamControl | undefined;

  constructor(
    request: IncomingMessage,
    response: ServerResponse,
    filter: (headers: string[]) => string[],
    backend: string,
  ) {
    this.#request = request;
    this.#response = response;
    this.#filter = filter;
    this.#backend = backend;
    response.on('drain', () => this.#control?.resume());
    response.once('close', () => {
      if (!response.writableFinished) this.#control?.abort(new Error('the client left'));
    });
  }

  started(control: UpstreamControl): void {
    this.#control = control;
  }

  informed(): void {}
  continued(): void {}

  headed(status: number, reason: string, raw: readonly string[]): Flow {
    const head = readResponseHead(status, raw, this.#request.method ?? 'GET');
    if (head.kind === 'invalid') {
      this.failed(new Error(head.reason));
      this.#control?.abort(new Error(head.reason));
      return 'complete';
    }
    this.#response.writeHead(status, reason, this.#filter(head.headers));
    return 'continue';
  }

  received(chunk: Buffer): Flow {
    return this.#response.write(chunk) ? 'continue' : 'pause';
  }

  ended(): void {
    this.#response.end();
  }

  failed(error: Error): void {
    if (this.#response.writableEnded || this.#response.destroyed) return;
    if (this.#response.headersSent) this.#response.destroy();
    else answerProblem(this.#request, this.#response, upstreamProblem(error, this.#backend));
  }
}
