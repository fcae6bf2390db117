import { request as requestHttp, type ClientRequest, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import { readTrailers } from '../headers/response-head.ts';
import type { BackendAddress } from './backend-address-files.ts';
import { upgradeHttp1 } from './upgrade-client.ts';
import type { AnswerSink, Upstream, UpstreamRequest } from './upstream.ts';

/**
 * What undici refuses: `Expect: 100-continue` end to end, and request trailers. A connection of its own for each: these
 * are rare, and a body that the backend turned down must not be followed by another request.
 */
export function createNodeUpstream(options: BackendAddress & { readonly maxHeaderBytes: number }): Upstream {
  const { protocol, hostname, port } = new URL(options.origin);
  const request = protocol === 'https:' ? requestHttps : requestHttp;
  const open = new Set<ClientRequest>();
  return {
    send: (upstreamRequest, sink) => {
      const outgoing = request({
        ...options.tls,
        ...(options.socketPath === undefined ? {} : { socketPath: options.socketPath }),
        hostname: hostname.replace(/^\[|\]$/g, ''),
        port: port === '' ? undefined : port,
        method: upstreamRequest.method,
        path: upstreamRequest.path,
        headers: [...upstreamRequest.headers, 'connection', 'close'],
        agent: false,
        maxHeaderSize: options.maxHeaderBytes,
        setHost: false,
      });
      open.add(outgoing);
      outgoing.once('close', () => open.delete(outgoing));
      exchange(outgoing, upstreamRequest, sink);
    },
    upgrade: (upgradeRequest, events) => upgradeHttp1(options, upgradeRequest, events),
    destroy: async () => {
      for (const outgoing of open) outgoing.destroy();
    },
  };
}

function exchange(outgoing: ClientRequest, request: UpstreamRequest, sink: AnswerSink): void {
  let over = false;
  let incoming: IncomingMessage | undefined;
  const fail = (error: Error) => {
    if (over) return;
    over = true;
    sink.failed(error);
  };
  sink.started({
    resume: () => void incoming?.resume(),
    abort: (reason) => {
      outgoing.destroy(reason);
      fail(reason);
    },
  });
  outgoing.on('error', fail);
  outgoing.on('close', () =>
    fail(Object.assign(new Error('the backend closed the connection'), { code: 'ECONNRESET' })),
  );
  outgoing.on('continue', () => sink.continued());
  outgoing.on('information', (info) => {
    if (info.statusCode !== 100) sink.informed(info.statusCode, info.rawHeaders);
  });
  outgoing.setTimeout(request.headMs, () => outgoing.destroy(timedOut('UND_ERR_HEADERS_TIMEOUT')));
  outgoing.on('upgrade', (_response, socket) => {
    socket.destroy();
    fail(new Error('the backend upgraded a request that did not ask for it'));
  });
  outgoing.on('response', (response) => {
    incoming = response;
    outgoing.setTimeout(request.idleMs, () => outgoing.destroy(timedOut('UND_ERR_BODY_TIMEOUT')));
    response.on('error', fail);
    const steer = (flow: string) => {
      if (flow === 'pause') response.pause();
      if (flow === 'complete') outgoing.setTimeout(0);
    };
    steer(sink.headed(response.statusCode ?? 0, response.statusMessage ?? '', response.rawHeaders));
    if (over) return;
    response.on('data', (chunk: Buffer) => steer(sink.received(chunk)));
    response.on('end', () => {
      if (over) return;
      over = true;
      sink.ended(response.rawTrailers);
    });
  });
  sendBody(outgoing, request);
}

/** The head goes at once; the body follows when the client sends it, which is after the backend's 100. */
function sendBody(outgoing: ClientRequest, request: UpstreamRequest): void {
  const body = request.body;
  if (body === null || Buffer.isBuffer(body)) {
    outgoing.end(body ?? undefined);
    return;
  }
  outgoing.flushHeaders();
  body.pipe(outgoing, { end: false });
  body.on('end', () => {
    const trailers = readTrailers(body.trailers());
    if (trailers.length > 0) outgoing.addTrailers(trailers);
    outgoing.end();
  });
  body.on('error', (error) => outgoing.destroy(error));
  outgoing.on('close', () => body.destroy());
}

function timedOut(code: string): Error {
  return Object.assign(new Error('the backend did not answer in time'), { code });
}
