import type { Backend } from '../config/proxy-config.ts';
import { refusedByGate, upstreamProblem, type ProxyProblem, type RefusalReason } from '../errors/proxy-problem.ts';
import type { Applicant } from '../gate/gatekeeper.ts';
import type { RequestHead } from '../headers/request-head.ts';
import { readResponseHead } from '../headers/response-head.ts';
import type { ExchangeStats } from '../metrics/exchange-stats.ts';
import { answerProblem } from './answer-problem.ts';
import { ExchangeSpan } from '../tracing/exchange-span.ts';
import type { Client, ClientListener } from './client.ts';
import { matchRequestOf } from '../routing/match-request.ts';
import { collectBody, planBody, type BodyOwner, type BodyPlan } from './collected-body.ts';
import type { DataPath } from './data-path.ts';
import { startDeadline } from './deadline.ts';
import { LongLivedStream } from './long-lived-stream.ts';
import { outgoingHeaders } from './outgoing-headers.ts';
import { RequestBody } from './request-body.ts';
import { RoutedRequest } from './routed-request.ts';
import { maySendAgain } from './send-again.ts';
import type { AnswerSink, Flow, UpstreamControl, UpstreamRequest } from './upstream.ts';

type Head = Extract<RequestHead, { kind: 'head' }>;

/**
 * One request on its way: gate → route → backend → answer. It is *finished* when both its client has been served (or has
 * left) and the exchange with the backend has ended; only then does a fence stop waiting for it.
 */
export class Exchange implements Applicant, BodyOwner, AnswerSink, ClientListener {
  unsafe: boolean;
  /** Of the head, and of the body where it was read before the gate. */
  bytes: number;
  readonly #path: DataPath;
  readonly #client: Client;
  readonly #head: Head;
  readonly #plan: BodyPlan;
  readonly #target: string;
  readonly #routed: RoutedRequest;
  readonly #peer: string;
  readonly #secure: boolean;
  readonly #startMs: number;
  #requestId: string | undefined;
  #backend: Backend | undefined;
  #stats: ExchangeStats | undefined;
  #upstreamRequest: UpstreamRequest | undefined;
  #control: UpstreamControl | undefined;
  #body: Buffer | undefined;
  #newCookie: string | undefined;
  #reason: string | undefined;
  readonly #span: ExchangeSpan | undefined;
  #weighted = false;
  #deadline: AbortController | undefined;
  /** Body octets of the client's answer, where known, and so far. */
  #length: number | undefined;
  #received = 0;
  #admitted = false;
  /** The gate waits for it. */
  #counted = false;
  #longLived: LongLivedStream | undefined;
  #collecting = false;
  #retried = false;
  #headed = false;
  /** The backend's message goes on after the client's answer: docs/reference/after-protocol.md. */
  #after = false;
  #upstreamDone = true;
  #finished = false;

  constructor(
    path: DataPath,
    client: Client,
    target: { full: string; path: string },
    head: Head,
    peer: string,
    secure: boolean,
  ) {
    this.#path = path;
    this.#client = client;
    this.#head = head;
    this.#plan = planBody(head);
    this.#target = target.full;
    this.#routed = new RoutedRequest(path, matchRequestOf(client, target, head.host), head, { peer, secure });
    this.#peer = peer;
    this.#secure = secure;
    this.#startMs = path.clock.elapsedMs();
    this.#requestId = head.requestId;
    if (path.tracer !== undefined) this.#span = new ExchangeSpan(path.tracer, this.#routed.asked);
    this.unsafe = this.#routed.isUnsafe();
    this.bytes = head.bytes;
    client.listen(this);
  }

  /**
   * To the gate. A small body is read before it: until it is here no backend hears of the request, so a fence need not wait
   * for a client that sends slowly. While a fence holds, bodies stay unread.
   */
  begin(): void {
    const own = this.#routed.ownAnswer();
    if (own !== undefined) {
      this.#path.metrics.answered(this.routeName());
      // A moment later node has read the end of a request without a body, and the connection may carry another.
      queueMicrotask(() => this.#client.writeProblem(own.status, own.headers, ''));
      return;
    }
    // What a body asks for decides whether the request is held at all, so such bodies are read while a fence holds, too.
    if (this.#routed.wantsBody(this.#plan)) return this.#collectBody(this.#path.maxOperationBytes);
    if (this.unsafe && this.#plan === 'collect' && !this.#path.gatekeeper.isFencing()) this.#collectBody();
    else this.#path.gatekeeper.apply(this);
  }

  routeName(): string {
    return this.#routed.routeName;
  }

  /** By the gatekeeper: at once, or when a fence ends. Matched here, so that a held request goes to the new owner. */
  admitted(): void {
    this.#admitted = true;
    this.#counted = this.unsafe;
    try {
      this.#forward();
    } catch (error) {
      this.#path.logger.error('A request could not be forwarded.', { error: String(error) });
      this.#upstreamDone = true;
      this.#problem(upstreamProblem(error, this.#backend?.name ?? 'the backend'));
      this.#finishWhenDone();
    }
  }

  /** By the gatekeeper. The request was not counted as admitted. */
  refused(reason: RefusalReason): void {
    this.#path.metrics.refused(reason);
    this.#problem(refusedByGate(reason));
  }

  #forward(): void {
    const method = this.#client.method;
    const route = this.#routed.matched?.route;
    const choice = this.#path.choose(route, !this.unsafe, this.#client.rawHeaders, this.#peer, this.#head.forwardedFor);
    this.#newCookie =
      choice.newKey === undefined
        ? undefined
        : this.#path.renderCookie(choice.newKey, this.#head.forwardedProto, this.#peer, this.#secure);
    this.#backend = choice.backend;
    this.#stats = this.#path.statsOf(route, choice.backend);
    this.#weighted = choice.weighted;
    this.#reason = choice.reason;
    const timeouts = route?.timeouts ?? this.#path.unmatchedTimeouts;
    this.#requestId ??= this.#path.newRequestId();
    const from = { peer: this.#peer, secure: this.#secure, trusted: this.#path.trust.trusts(this.#peer) };
    const own = { requestId: this.#requestId, owners: this.#path.ownersHeader(), special: this.#plan === 'special' };
    const sent = { target: this.#target, headers: outgoingHeaders(this.#head, from, own) };
    const { target, headers } = this.#routed.forwardTo(choice.backend, sent);
    if (timeouts.requestMs !== undefined)
      this.#deadline = startDeadline(this.#path.clock, timeouts.requestMs, (error) => this.#isLate(error));
    this.#upstreamRequest = {
      method,
      path: target,
      headers: this.#span?.nameIn(headers) ?? headers,
      body: this.#body ?? this.#streamedBody(),
      unsafe: this.unsafe,
      headMs: timeouts.headMs,
      idleMs: timeouts.idleMs,
    };
    if (this.#plan === 'collect' && this.#body === undefined) this.#collectBody();
    else this.#send();
  }

  #streamedBody(): RequestBody | null {
    if (this.#plan !== 'stream' && this.#plan !== 'special') return null;
    return new RequestBody(this.#client, this.#path.clock);
  }

  #collectBody(maxBytes?: number): void {
    this.#upstreamDone = false;
    this.#collecting = true;
    collectBody(this.#client.stream, this, maxBytes);
  }

  bodyCollected(body: Buffer): void {
    if (this.#client.closed || !this.#client.isComplete()) return;
    this.#collecting = false;
    this.#body = body;
    if (this.#upstreamRequest !== undefined) {
      this.#upstreamRequest = { ...this.#upstreamRequest, body };
      this.#send();
      return;
    }
    this.#upstreamDone = true;
    this.bytes += body.length;
    this.#routed.read(body);
    this.unsafe = this.#routed.isUnsafe();
    this.#path.gatekeeper.apply(this);
  }

  /** Of an operation: it stays unread, and the body streams. */
  bodyTooLarge(): void {
    this.#upstreamDone = true;
    this.#collecting = false;
    if (!this.#client.closed) this.#path.gatekeeper.apply(this);
  }

  #send(): void {
    if (this.#backend === undefined || this.#upstreamRequest === undefined) return;
    this.#upstreamDone = false;
    this.#path.upstreamOf(this.#backend, this.#plan === 'special').send(this.#upstreamRequest, this);
  }

  // What the backend answers.

  started(control: UpstreamControl): void {
    this.#control = control;
    // Nothing has been sent yet: it waited for a connection.
    if (this.#client.closed) control.abort(clientLeft);
  }

  informed(status: number, headers: readonly string[]): void {
    if (status === 103) this.#client.hint(headers);
  }

  continued(): void {
    this.#client.askForBody();
  }

  headed(status: number, reason: string, raw: readonly string[]): Flow {
    this.#headed = true;
    const head = readResponseHead(status, raw, this.#client.method);
    if (head.kind === 'invalid') return this.#rejectAnswer(head.reason);
    this.#after = head.after;
    if (this.#client.closed) {
      if (!this.#mayOutliveClient()) this.#control?.abort(clientLeft);
      return 'complete';
    }
    const headers =
      this.#backend === undefined ? head.headers : this.#routed.answerFrom(this.#backend, this.#weighted, head.headers);
    if (this.#newCookie !== undefined) headers.push('set-cookie', this.#newCookie);
    try {
      this.#client.writeHead(status, reason, headers, head.length);
    } catch (error) {
      return this.#rejectAnswer(`its head could not be written (${String(error)})`);
    }
    this.#length = head.length;
    if (head.length === undefined) this.#mayBecomeLongLived();
    if (head.length !== 0) return 'continue';
    this.#client.end();
    return 'complete';
  }

  /** From its head on, the route's policy says what a fence does with it; it is no longer waited for. */
  #mayBecomeLongLived(): void {
    const policy = this.#routed.matched?.route.longLived;
    if (policy === undefined) return;
    const body = this.#upstreamRequest?.body;
    this.#longLived = new LongLivedStream(
      policy,
      {
        client: this.#client,
        body: body instanceof RequestBody ? body : undefined,
        abort: (reason) => this.#control?.abort(reason),
      },
      this.#path.clock,
    );
    this.#path.longLived.add(this.#longLived);
    this.#stopCounting();
  }

  #stopCounting(): void {
    if (!this.#counted) return;
    this.#counted = false;
    this.#path.gatekeeper.finish();
  }

  /** The whole exchange took too long: a problem while nothing is out, else a cut connection. */
  #isLate(error: Error): void {
    if (this.#control === undefined) this.#problem(upstreamProblem(error, this.#backend?.name ?? 'the backend'));
    else this.#control.abort(error);
  }

  received(chunk: Buffer): Flow {
    if (this.#client.closed && !this.#client.whole) return 'complete';
    this.#received += chunk.length;
    if (this.#length === undefined) return this.#write(chunk);
    if (this.#received < this.#length) return this.#write(chunk);
    if (this.#received > this.#length) {
      this.#path.logger.error('A backend sent more octets than it announced; the rest is dropped.', {
        backend: this.#backend?.name,
        announced: this.#length,
      });
      const missing = this.#length - (this.#received - chunk.length);
      if (!this.#client.whole) this.#client.end(chunk.subarray(0, missing));
      this.#control?.abort(new Error('more octets than announced'));
      return 'complete';
    }
    if (chunk.length > 0) this.#client.end(chunk);
    return 'complete';
  }

  ended(trailers: readonly string[]): void {
    this.#upstreamDone = true;
    if (!this.#client.whole && !this.#client.closed) {
      if (this.#length !== undefined && this.#received < this.#length) this.#client.cut();
      else {
        this.#client.addTrailers(trailers);
        this.#client.end();
      }
    }
    this.#finishWhenDone();
  }

  failed(error: Error): void {
    this.#upstreamDone = true;
    if (this.#client.whole || this.#client.closed) return this.#finishWhenDone();
    if (this.#client.begun) this.#client.cut();
    else if (!this.#retried && !this.#headed && maySendAgain(this.#upstreamRequest, error)) {
      this.#retried = true;
      this.#path.metrics.retried(this.#backend?.name ?? '');
      this.#send();
      return;
    } else this.#problem(upstreamProblem(error, this.#backend?.name ?? 'the backend'));
    this.#finishWhenDone();
  }

  #rejectAnswer(reason: string): Flow {
    this.#path.logger.error('A backend sent an answer that cannot be forwarded.', {
      backend: this.#backend?.name,
      reason,
    });
    if (this.#client.begun) this.#client.cut();
    else this.#problem(upstreamProblem(new Error(reason), this.#backend?.name ?? 'the backend'));
    this.#control?.abort(new Error(reason));
    return 'complete';
  }

  // Towards the client.

  #write(chunk: Buffer): Flow {
    return this.#client.write(chunk) ? 'continue' : 'pause';
  }

  clientDrained(): void {
    this.#control?.resume();
  }

  #problem(problem: ProxyProblem): void {
    answerProblem(this.#client, problem, this.#requestId);
  }

  clientClosed(): void {
    this.#tell();
    if (!this.#admitted) {
      this.#path.gatekeeper.leave(this);
      return;
    }
    const status = this.#client.status;
    this.#stats?.record(status, this.#path.clock.elapsedMs() - this.#startMs, this.#path.clock.nowMs());
    if (status === 0 && !this.#upstreamDone) this.#leaveUpstream();
    this.#finishWhenDone();
  }

  /** To whoever looks on: the access log, a span. */
  #tell(): void {
    if (this.#span === undefined && this.#path.accessLog === undefined) return;
    const record = this.#routed.record({
      status: this.#client.status,
      bytes: this.#received,
      durationMs: this.#path.clock.elapsedMs() - this.#startMs,
      requestId: this.#requestId,
      backend: this.#backend?.name,
      reason: this.#reason,
      traceId: this.#span?.traceId,
    });
    this.#span?.end(record);
    this.#path.accessLog?.write(record);
  }

  #leaveUpstream(): void {
    if (this.#client.whole) return;
    // The body is still being collected: no backend has heard of this request.
    if (this.#collecting) this.#upstreamDone = true;
    else if (!this.#mayOutliveClient()) this.#control?.abort(clientLeft);
  }

  /**
   * A backend that has the whole of an unsafe request goes on with it whether anybody listens or not, so the request stays
   * unfinished until its answer's head comes, or with work after the answer until its end. All else is aborted.
   */
  #mayOutliveClient(): boolean {
    return this.unsafe && this.#client.isComplete() && (!this.#headed || this.#after);
  }

  #finishWhenDone(): void {
    if (!this.#client.closed || !this.#upstreamDone || this.#finished) return;
    this.#finished = true;
    this.#deadline?.abort(new Error('finished'));
    if (this.#longLived !== undefined) this.#path.longLived.remove(this.#longLived);
    this.#stopCounting();
  }
}

const clientLeft = Object.assign(new Error('the client left'), { code: 'OVERGROW_CLIENT_LEFT' });
