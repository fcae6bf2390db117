import { ownersHeaderName } from '@overgrow/core';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Backend } from '../config/proxy-config.ts';
import { refusedByGate, refusedRequest, type ProxyProblem } from '../errors/proxy-problem.ts';
import type { FilterAnswer } from '../filters/redirect.ts';
import type { DataPath } from '../forward/data-path.ts';
import { RoutedRequest } from '../forward/routed-request.ts';
import type { Applicant } from '../gate/gatekeeper.ts';
import { plainAddress } from '../headers/forwarded.ts';
import { readRequestHead } from '../headers/request-head.ts';
import { matchRequestOf } from '../routing/match-request.ts';
import { parseTarget } from '../target/canonical-target.ts';

/** Who takes a request that the proxy has decided about inside another program's server. Exactly one of them is called, once. */
export interface Takers {
  /** The monolith answers, in this process or behind it. */
  monolith(): void;
  /** `weighted`: another user may be answered by the other side. */
  service(backend: Backend, weighted: boolean): void;
  /** The route has an answer of its own: a redirect, or to a preflight. */
  proxy(own: FilterAnswer): void;
  refused(problem: ProxyProblem): void;
}

/**
 * The decision of the data path without its server: gate, route, weight and owners. The request counts as unfinished until its
 * response has closed. `body`: where a parser has read it. The owners stand in `request.headers` afterwards.
 */
export function handOver(
  path: DataPath,
  request: IncomingMessage & { readonly originalUrl?: string },
  response: ServerResponse,
  body: Buffer | undefined,
  takers: Takers,
): void {
  // An Express app strips its mount path from `url`.
  const target = parseTarget(request.originalUrl ?? request.url ?? '');
  if (target.kind === 'refused') return takers.refused(refusedRequest(400, target.reason));
  const { httpVersion, rawHeaders, method = 'GET' } = request;
  const head = readRequestHead({ method, httpVersion, rawHeaders });
  if (head.kind === 'refused') return takers.refused(refusedRequest(head.status, head.reason));
  const peer = plainAddress(request.socket.remoteAddress);
  const secure = 'encrypted' in request.socket && request.socket.encrypted === true;
  const routed = new RoutedRequest(path, matchRequestOf(request, target, head.host), head, { peer, secure });
  if (body !== undefined) routed.read(body);
  const own = routed.ownAnswer();
  if (own !== undefined) return takers.proxy(own);
  const unsafe = routed.isUnsafe();
  const startMs = path.clock.elapsedMs();

  const admitted = () => {
    const route = routed.matched?.route;
    const choice = path.choose(route, !unsafe, rawHeaders, peer, head.forwardedFor);
    if (choice.newKey !== undefined) {
      response.appendHeader('set-cookie', path.renderCookie(choice.newKey, head.forwardedProto, peer, secure));
      rawHeaders.push('Cookie', `overgrow-bucket=${choice.newKey}`);
    }
    const isService = choice.backend === route?.service;
    response.once('close', () => {
      const status = response.writableFinished ? response.statusCode : 0;
      path.statsOf(route, choice.backend).record(status, path.clock.elapsedMs() - startMs, path.clock.nowMs());
      if (unsafe) path.gatekeeper.finish();
    });
    stampOwners(request, path.ownersHeader());
    if (isService) takers.service(choice.backend, choice.weighted);
    else takers.monolith();
  };
  const leave = () => path.gatekeeper.leave(applicant);
  const applicant: Applicant = {
    unsafe,
    bytes: head.bytes,
    routeName: () => routed.routeName,
    admitted: () => {
      response.off('close', leave);
      admitted();
    },
    refused: (reason) => {
      path.metrics.refused(reason);
      takers.refused(refusedByGate(reason));
    },
  };
  response.once('close', leave);
  path.gatekeeper.apply(applicant);
}

/** What a client says about owners is never believed. */
function stampOwners(request: IncomingMessage, owners: string): void {
  for (const name of Object.keys(request.headers)) if (name.startsWith('overgrow-')) delete request.headers[name];
  if (owners !== '') request.headers[ownersHeaderName] = owners;
}
