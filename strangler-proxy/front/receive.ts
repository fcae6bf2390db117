import { refusedRequest, renderProblem } from '../errors/proxy-problem.ts';
import type { Client } from '../forward/client.ts';
import type { DataPath } from '../forward/data-path.ts';
import { Exchange } from '../forward/exchange.ts';
import { readRequestHead } from '../headers/request-head.ts';
import { parseTarget } from '../target/canonical-target.ts';

/** How a request came in. */
export interface Arrival {
  /** As in the request line, or `:path`. */
  readonly target: string;
  /** `1.1`, `1.0` or `2.0`. */
  readonly httpVersion: string;
  /** The address of the other end of the connection. */
  readonly peer: string;
  /** The connection is TLS. */
  readonly secure: boolean;
}

/** Our refusals, then an exchange: the same for all versions of HTTP. */
export function receive(path: DataPath, client: Client, arrival: Arrival): void {
  const target = parseTarget(arrival.target);
  if (target.kind === 'refused') return refuse(path, client, 400, target.reason);
  const { method } = client;
  if (method === 'TRACE') return refuse(path, client, 405, 'TRACE is not served');
  const head = readRequestHead({ method, httpVersion: arrival.httpVersion, rawHeaders: client.rawHeaders });
  if (head.kind === 'refused') return refuse(path, client, head.status, head.reason);
  new Exchange(path, client, target, head, arrival.peer, arrival.secure).begin();
}

/** The connection ends with the answer where it carries one request at a time: what follows was framed by the same hand. */
export function refuse(path: DataPath, client: Client, status: number, reason: string): void {
  path.metrics.refused('ambiguous');
  const { headers, body } = renderProblem(refusedRequest(status, reason), undefined);
  client.writeProblem(status, headers, body, true);
}
