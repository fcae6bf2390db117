import { ownersHeaderName } from '@overgrow/core';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { refusedByGate, refusedRequest, upstreamProblem, type ProxyProblem } from '../errors/proxy-problem.ts';
import type { DataPath } from '../forward/data-path.ts';
import { upgrade } from '../forward/upgrade-client.ts';
import { forwardAs } from '../filters/route-filters.ts';
import type { Applicant } from '../gate/gatekeeper.ts';
import { appendForwarding, plainAddress } from '../headers/forwarded.ts';
import { readRequestHead } from '../headers/request-head.ts';
import { matchRequestOf } from '../routing/match-request.ts';
import type { TunnelRequest } from './http2-server.ts';
import { refuse } from './receive.ts';
import { parseTarget } from '../target/canonical-target.ts';

/**
 * WebSockets. An upgrade may write, so it passes the gate like an unsafe request: a fence holds new ones. Open ones are
 * outside the fence; they are counted, and `status` tells how many, so that a gate can refuse a cutover.
 */
export function createUpgradedConnections(
  path: DataPath,
  maxHeaderBytes: number,
  endRaw: (socket: Duplex, problem: ProxyProblem) => void,
) {
  const cuts = new Set<() => void>();
  let open = 0;

  function accept(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const target = parseTarget(request.url ?? '');
    const requestHead = readRequestHead({
      method: 'GET',
      httpVersion: request.httpVersion,
      rawHeaders: request.rawHeaders,
    });
    if (target.kind === 'refused') return endRaw(socket, refusedRequest(400, target.reason));
    if (requestHead.kind === 'refused') return endRaw(socket, refusedRequest(requestHead.status, requestHead.reason));
    const peer = plainAddress(request.socket.remoteAddress);
    const asked = matchRequestOf(request, target, requestHead.host);
    // Counted as unfinished until the backend has answered the upgrade.
    let counted = false;
    const settle = () => {
      if (!counted) return;
      counted = false;
      path.gatekeeper.finish();
    };
    const applicant: Applicant = {
      unsafe: true,
      bytes: requestHead.bytes,
      routeName: () => path.table.match(asked)?.route.name ?? 'unmatched',
      refused: (reason) => {
        path.metrics.refused(reason);
        endRaw(socket, refusedByGate(reason));
      },
      admitted: () => {
        counted = true;
        socket.off('close', leave);
        const matched = path.table.match(asked);
        const route = matched?.route;
        const { backend } = path.choose(route, false, request.rawHeaders, peer, requestHead.forwardedFor);
        const { target: forwarded, headers } = forwardAs(matched, asked, backend, {
          target: target.full,
          headers: requestHead.headers,
        });
        appendForwarding(headers, peer, false, path.trust.trusts(peer), requestHead);
        headers.push('x-request-id', requestHead.requestId ?? path.newRequestId());
        if (path.ownersHeader() !== '') headers.push(ownersHeaderName, path.ownersHeader());
        let opened = false;
        const cut = upgrade(
          {
            origin: backend.origin,
            path: forwarded,
            headers,
            headMs: (route?.timeouts ?? path.unmatchedTimeouts).headMs,
            maxHeaderBytes,
          },
          socket,
          head,
          {
            opened: () => {
              opened = true;
              open++;
              settle();
            },
            failed: (error) => endRaw(socket, upstreamProblem(error, backend.name)),
            closed: () => {
              cuts.delete(cut);
              if (opened) open--;
              settle();
            },
          },
        );
        cuts.add(cut);
      },
    };
    const leave = () => path.gatekeeper.leave(applicant);
    socket.on('close', leave);
    path.gatekeeper.apply(applicant);
  }

  /** A WebSocket on a stream of HTTP/2 (RFC 8441). */
  function acceptStream({ client }: TunnelRequest): void {
    refuse(path, client, 501, 'WebSockets over HTTP/2 are not served');
  }

  return {
    accept,
    acceptStream,
    open: (): number => open,
    cutAll: (): void => {
      for (const cut of cuts) cut();
    },
  };
}
