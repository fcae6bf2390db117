import type { Duplex, Readable } from 'node:stream';
import { renderProblem, type ProxyProblem } from '../errors/proxy-problem.ts';
import { toHttp2Fields } from '../headers/http2-head.ts';
import type { Http2Client } from './http2-client.ts';
import type { Arrival } from './receive.ts';

/** A client that asks for a WebSocket, whatever version of HTTP it asks in: its end, and how it is answered. */
export interface UpgradeApplicant {
  readonly end: Duplex;
  /** Octets that came with the request. */
  readonly head: Buffer;
  readonly rawHeaders: readonly string[];
  readonly arrival: Arrival;
  /** Yes. `headers`: what the backend adds to it. `accept`: for the client's key. */
  accept(headers: readonly string[], accept: string): void;
  /** The backend's other answer, then the end. */
  answer(status: number, reason: string, headers: readonly string[], body: Readable): void;
  problem(problem: ProxyProblem): void;
}

/** RFC 6455: a GET on a connection that node's parser has let go of. */
export function http1Applicant(
  end: Duplex,
  head: Buffer,
  rawHeaders: readonly string[],
  arrival: Arrival,
): UpgradeApplicant {
  return {
    end,
    head,
    rawHeaders,
    arrival,
    accept: (headers, accept) =>
      void end.write(
        renderHead(101, 'Switching Protocols', [
          ...headers,
          'sec-websocket-accept',
          accept,
          'connection',
          'Upgrade',
          'upgrade',
          'websocket',
        ]),
        'latin1',
      ),
    answer: (status, reason, headers, body) => {
      // Its own length is not passed on: the end of the connection is the end of this answer.
      end.write(
        renderHead(status, /^[\t\x20-\x7e]*$/.test(reason) ? reason : '', [...headers, 'connection', 'close']),
        'latin1',
      );
      body.on('error', () => end.destroy());
      body.pipe(end);
    },
    problem: (problem) => endRaw(end, problem),
  };
}

/** RFC 8441: a stream of HTTP/2. */
export function http2Applicant(client: Http2Client, arrival: Arrival): UpgradeApplicant {
  const { stream } = client;
  return {
    end: stream,
    head: Buffer.alloc(0),
    rawHeaders: client.rawHeaders,
    arrival,
    accept: (headers) => {
      if (!stream.destroyed) stream.respond({ ':status': 200, ...toHttp2Fields(headers) });
    },
    answer: (status, _reason, headers, body) => {
      if (stream.destroyed) return;
      stream.respond({ ':status': status, ...toHttp2Fields(headers) });
      body.on('error', () => stream.destroy());
      body.pipe(stream);
      stream.resume();
    },
    problem: (problem) => {
      const { headers, body } = renderProblem(problem, undefined);
      client.writeProblem(problem.status, headers, body);
    },
  };
}

/** A problem on a socket that node has let go of. */
export function endRaw(socket: Duplex, problem: ProxyProblem): void {
  const { headers, body } = renderProblem(problem, undefined);
  headers.push('connection', 'close');
  socket.end(renderHead(problem.status, problem.title, headers) + body, () => socket.destroy());
}

function renderHead(status: number, reason: string, headers: readonly string[]): string {
  const lines = [`HTTP/1.1 ${status} ${reason}`];
  for (let index = 0; index + 1 < headers.length; index += 2) lines.push(`${headers[index]}: ${headers[index + 1]}`);
  return `${lines.join('\r\n')}\r\n\r\n`;
}
