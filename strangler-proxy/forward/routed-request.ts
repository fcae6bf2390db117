import type { Backend } from '../config/proxy-config.ts';
import { clientViewOf, type ClientView } from '../filters/client-view.ts';
import type { FilterAnswer } from '../filters/redirect.ts';
import { answerAs, answerHere, forwardAs, type Forwarded } from '../filters/route-filters.ts';
import type { RequestHead } from '../headers/request-head.ts';
import type { RankedMatch } from '../routing/condition-index.ts';
import { isSafeRequest } from '../routing/decide-side.ts';
import type { MatchRequest } from '../routing/match-request.ts';
import type { RouteTable } from '../routing/route-table.ts';
import type { DataPath } from './data-path.ts';

/** A request and its route: what the route says about it, until its answer is out. */
export class RoutedRequest {
  readonly asked: MatchRequest;
  readonly #path: DataPath;
  readonly #head: Extract<RequestHead, { kind: 'head' }>;
  readonly #came: { readonly trusted: boolean; readonly secure: boolean };
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
    this.#came = { trusted: path.trust.trusts(came.peer), secure: came.secure };
  }

  /** Found once a table: routes may have changed while a fence held the request. */
  get matched(): RankedMatch | undefined {
    if (this.#table !== this.#path.table) {
      this.#table = this.#path.table;
      this.#matched = this.#table.match(this.asked);
    }
    return this.#matched;
  }

  get routeName(): string {
    return this.matched?.route.name ?? 'unmatched';
  }

  isUnsafe(): boolean {
    return !isSafeRequest(this.asked.method, this.matched?.route);
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

  readonly #clientOf = (): ClientView => clientViewOf({ ...this.#head, ...this.#came });
}
