import { randomBytes } from 'node:crypto';
import { ownersHeaderName } from '@overgrow/core';
import { refusedByGate, refusedRequest, upstreamProblem } from '../errors/proxy-problem.ts';
import type { DataPath } from '../forward/data-path.ts';
import { forwardAs } from '../filters/route-filters.ts';
import { acceptOf } from '../forward/upgrade-client.ts';
import { UpgradedConnection } from '../forward/upgraded-connection.ts';
import type { Applicant } from '../gate/gatekeeper.ts';
import { appendForwarding } from '../headers/forwarded.ts';
import { headerOf, readRequestHead, type RequestHead } from '../headers/request-head.ts';
import { readUpgradeAnswer } from '../headers/response-head.ts';
import { matchRequestOf } from '../routing/match-request.ts';
import { parseTarget } from '../target/canonical-target.ts';
import type { UpgradeApplicant } from './upgrade-applicant.ts';

type Head = Extract<RequestHead, { kind: 'head' }>;

/**
 * WebSockets. An upgrade may write, so it passes the gate like an unsafe request: a fence holds new ones. What a fence does
 * with open ones is their route's policy.
 */
export function createUpgradedConnections(path: DataPath) {
  const open = new Set<UpgradedConnection>();

  function accept(client: UpgradeApplicant): void {
    const target = parseTarget(client.arrival.target);
    if (target.kind === 'refused') return client.problem(refusedRequest(400, target.reason));
    const { httpVersion, peer } = client.arrival;
    const head = readRequestHead({ method: 'GET', httpVersion, rawHeaders: client.rawHeaders });
    if (head.kind === 'refused') return client.problem(refusedRequest(head.status, head.reason));
    // HTTP/2 has no key: this one is between the proxy and a backend of HTTP/1.1 (RFC 8441 §5).
    const key =
      httpVersion === '2.0' ? randomBytes(16).toString('base64') : headerOf(client.rawHeaders, 'sec-websocket-key');
    if (key === undefined) return client.problem(refusedRequest(400, 'there is no Sec-WebSocket-Key'));

    const asked = matchRequestOf({ method: 'GET', rawHeaders: client.rawHeaders }, target, head.host);
    // Counted as unfinished until the backend has answered the upgrade.
    let counted = false;
    const settle = () => {
      if (!counted) return;
      counted = false;
      path.gatekeeper.finish();
    };
    const applicant: Applicant = {
      unsafe: true,
      bytes: head.bytes,
      routeName: () => path.table.match(asked)?.route.name ?? 'unmatched',
      refused: (reason) => {
        path.metrics.refused(reason);
        client.problem(refusedByGate(reason));
      },
      admitted: () => {
        counted = true;
        client.end.off('close', leave);
        const matched = path.table.match(asked);
        const route = matched?.route;
        const { backend } = path.choose(route, false, client.rawHeaders, peer, head.forwardedFor);
        const sent = { target: target.full, headers: outgoingHeaders(path, client, head) };
        const { target: forwarded, headers } = forwardAs(matched, asked, backend, sent);
        const giveUp = path.upstreamOf(backend, false).upgrade(
          {
            path: forwarded,
            headers,
            key,
            headMs: (route?.timeouts ?? path.unmatchedTimeouts).headMs,
          },
          {
            opened: (end, raw, backendHead) => {
              client.end.off('close', left);
              if (client.end.destroyed) end.destroy();
              else {
                client.accept(readUpgradeAnswer(raw), acceptOf(key));
                if (backendHead.length > 0) end.unshift(backendHead);
                if (client.head.length > 0) client.end.unshift(client.head);
                join(
                  new UpgradedConnection(
                    { client: client.end, backend: end },
                    route?.longLived ?? 'close',
                    path.clock,
                    closed,
                  ),
                );
              }
              settle();
            },
            answered: (status, reason, raw, body) => {
              client.end.off('close', left);
              client.answer(status, reason, readUpgradeAnswer(raw), body);
              client.end.once('close', () => body.destroy());
              body.once('close', settle);
            },
            failed: (error) => {
              client.end.off('close', left);
              client.problem(upstreamProblem(error, backend.name));
              settle();
            },
          },
        );
        const left = () => {
          giveUp();
          settle();
        };
        client.end.on('close', left);
      },
    };
    const leave = () => path.gatekeeper.leave(applicant);
    client.end.on('close', leave);
    path.gatekeeper.apply(applicant);
  }

  function join(connection: UpgradedConnection): void {
    open.add(connection);
    path.longLived.add(connection);
  }

  function closed(connection: UpgradedConnection): void {
    open.delete(connection);
    path.longLived.remove(connection);
  }

  return {
    accept,
    open: (): number => open.size,
    /** With Close 1012: clients come back, to whoever listens then. */
    closeAll: (): void => {
      for (const connection of open) connection.close();
    },
  };
}

function outgoingHeaders(path: DataPath, { arrival, rawHeaders }: UpgradeApplicant, head: Head): string[] {
  const headers: string[] = [];
  for (let index = 0; index + 1 < head.headers.length; index += 2) {
    const name = head.headers[index] ?? '';
    if (name.toLowerCase() !== 'sec-websocket-key') headers.push(name, head.headers[index + 1] ?? '');
  }
  // A client of HTTP/2 may leave it out; there is one version (RFC 6455 §4.1).
  if (arrival.httpVersion === '2.0' && headerOf(rawHeaders, 'sec-websocket-version') === undefined)
    headers.push('sec-websocket-version', '13');
  appendForwarding(headers, arrival.peer, arrival.secure, path.trust.trusts(arrival.peer), head);
  headers.push('x-request-id', head.requestId ?? path.newRequestId());
  if (path.ownersHeader() !== '') headers.push(ownersHeaderName, path.ownersHeader());
  return headers;
}
