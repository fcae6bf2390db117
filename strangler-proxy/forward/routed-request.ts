import type { ExchangeRecord } from '../access-log/exchange-record.ts';
import type { Backend, OperationMatch } from '../config/proxy-config.ts';
import { clientViewOf, type ClientView } from '../filters/client-view.ts';
import type { FilterAnswer } from '../filters/redirect.ts';
import { answerAs, answerHere, forwardAs, type Forwarded } from '../filters/route-filters.ts';
import { clientAddress } from '../headers/forwarded.ts';
import type { RequestHead } from '../headers/request-head.ts';
import { matchOperations } from '../operations/match-operations.ts';
import { unreadable, type Operations } from '../operations/operation.ts';
import { readOperations, standsInBody } from '../operations/operation-table.ts';
import type { RankedMatch } from '../routing/condition-index.ts';
import { isSafeRequest } from '../routing/decide-side.ts';
import { headerValue, type MatchRequest } from '../routing/match-request.ts';
import type { RouteTable } from '../routing/route-table.ts';
import type { BodyPlan } from './collected-body.ts';
import type { DataPath } from './data-path.ts';

function hasBody(head: Extract<RequestHead, { kind: 'head' }>): boolean {
  return head.chunked || (head.contentLength ?? 0) > 0;
}

/** A request and its route: what the route says about it, until its answer is out. */
export class RoutedRequest {
  readonly asked: MatchRequest;
  readonly #path: DataPath;
  readonly #head: Extract<RequestHead, { kind: 'head' }>;
  readonly #came: { readonly peer: string; readonly trusted: boolean; readonly secure: boolean };
  readonly #protocol: OperationMatch | undefined;
  #operations: Operations | undefined;
  #operationSafe: boolean | undefined;
  #table: RouteTable | undefined;
  #matched: RankedMatch | undefined;

  constructor(
    path: DataPath,
    asked: MatchRequest,
    head: Extract<RequestHead, { kind: 'head' }>,
    came: { readonly peer: string; readonly secure: boolean },
  ) {
    this.asked = asked;
    this.#path = path;
    this.#head = head;
    this.#protocol = path.operations.protocolOf(asked);
    if (this.#protocol !== undefined && !(hasBody(head) && standsInBody(this.#protocol))) this.read(undefined);
    this.#came = { ...came, trusted: path.trust.trusts(came.peer) };
  }

  /** Found once a table: routes may have changed while a fence held the request. */
  get matched(): RankedMatch | undefined {
    if (this.#table !== this.#path.table) {
      this.#table = this.#path.table;
      if (this.#protocol === undefined) this.#matched = this.#table.match(this.asked);
      else {
        const operations = this.#operations ?? unreadable('the body was not read');
        const outcome = matchOperations(this.#table, this.asked, operations);
        this.#matched = outcome.matched;
        this.#operationSafe = outcome.safe;
      }
    }
    return this.#matched;
  }

  /** Whether its body must be read before its route is known, and can be. */
  wantsBody(plan: BodyPlan): boolean {
    if (this.#protocol === undefined || this.#operations !== undefined || !standsInBody(this.#protocol)) return false;
    return plan !== 'special' && (this.#head.contentLength ?? 0) <= this.#path.maxOperationBytes;
  }

  /** The whole body; one above the bound stays unread. Afterwards the route is found anew. */
  read(body: Buffer | undefined): void {
    if (this.#protocol === undefined || (body?.length ?? 0) > this.#path.maxOperationBytes) return;
    this.#operations = readOperations(this.#protocol, { ...this.asked, body, unreadBody: false });
    this.#table = undefined;
  }

  get routeName(): string {
    return this.matched?.route.name ?? 'unmatched';
  }

  isUnsafe(): boolean {
    const route = this.matched?.route;
    return !isSafeRequest(this.asked.method, route, this.#operationSafe);
  }

  /** Of the proxy itself, where the route gives one. */
  ownAnswer(): FilterAnswer | undefined {
    return answerHere(this.#path.table, this.asked, this.matched, this.#clientOf);
  }

  forwardTo(backend: Backend, sent: Forwarded): Forwarded {
    return forwardAs(this.matched, this.asked, backend, sent);
  }

  answerFrom(backend: Backend, weighted: boolean, headers: string[]): string[] {
    return answerAs(headers, {
      matched: this.matched,
      request: this.asked,
      backend,
      weighted,
      clientOf: this.#clientOf,
    });
  }

  /** What became of it, for those who look on. */
  record(
    outcome: Pick<ExchangeRecord, 'status' | 'bytes' | 'durationMs' | 'requestId' | 'backend' | 'reason' | 'traceId'>,
  ): ExchangeRecord {
    const { method, path, query, host, rawHeaders } = this.asked;
    return {
      ...outcome,
      startMs: this.#path.clock.nowMs() - outcome.durationMs,
      method,
      target: query === '' ? path : `${path}?${query}`,
      host,
      httpVersion: this.#head.httpVersion,
      clientAddress: clientAddress(this.#came.peer, this.#head.forwardedFor, this.#path.trust),
      route: this.routeName,
      userAgent: headerValue(rawHeaders, 'user-agent'),
      referer: headerValue(rawHeaders, 'referer'),
    };
  }

  readonly #clientOf = (): ClientView => clientViewOf({ ...this.#head, ...this.#came });
}
