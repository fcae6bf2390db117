import type { ErrorCode } from '@overgrow/core';

/** An answer of the proxy itself: never of a backend. */
export interface ProxyProblem {
  readonly status: number;
  readonly code: ErrorCode;
  readonly title: string;
  readonly detail: string;
  /** RFC 9209 §2.3 error type. */
  readonly proxyError: string;
  readonly retryAfterSeconds: number | undefined;
}

/** Headers (flat) and body of a problem: RFC 9457 JSON, `Proxy-Status` (RFC 9209), never cached. */
export function renderProblem(
  problem: ProxyProblem,
  requestId: string | undefined,
): { headers: string[]; body: string } {
  const body = JSON.stringify({
    type: 'about:blank',
    title: problem.title,
    status: problem.status,
    detail: problem.detail,
    code: problem.code,
    ...(requestId === undefined ? {} : { requestId }),
  });
  const headers = [
    'content-type',
    'application/problem+json',
    'content-length',
    String(Buffer.byteLength(body)),
    'cache-control',
    'no-store',
    'proxy-status',
    `overgrow; error=${problem.proxyError}`,
  ];
  if (problem.retryAfterSeconds !== undefined) headers.push('retry-after', String(problem.retryAfterSeconds));
  if (requestId !== undefined) headers.push('x-request-id', requestId);
  return { headers, body };
}

/**
 * The same to a gRPC client: its status is in the trailers, HTTP's is always 200 (gRPC over HTTP/2, "Responses"). Refusals of
 * the gate and failures of backends are UNAVAILABLE, which clients take as leave to try again.
 */
export function renderGrpcProblem(problem: ProxyProblem, contentType: string): { headers: string[] } {
  const status =
    problem.status === 504
      ? grpcStatus.deadlineExceeded
      : problem.status >= 500
        ? grpcStatus.unavailable
        : grpcStatus.internal;
  return {
    headers: [
      'content-type',
      contentType,
      'grpc-status',
      String(status),
      'grpc-message',
      encodeURI(`${problem.detail} (${problem.code})`).replaceAll('%20', ' '),
      'proxy-status',
      `overgrow; error=${problem.proxyError}`,
    ],
  };
}

const grpcStatus = { deadlineExceeded: 4, internal: 13, unavailable: 14 };

/** A request that has two readings. */
export function refusedRequest(status: number, reason: string): ProxyProblem {
  return {
    status,
    code: 'PROXY_REQUEST_REFUSED',
    title: 'Request refused',
    detail: `The request was not forwarded: ${reason}.`,
    proxyError: 'http_request_error',
    retryAfterSeconds: undefined,
  };
}

/** Why an unsafe request is not admitted. */
export type RefusalReason = 'not-learned' | 'lease-lost' | 'held-too-many' | 'held-too-long' | 'stopping';

/** 503 with Retry-After: the request was not forwarded to any side. */
export function refusedByGate(reason: RefusalReason): ProxyProblem {
  const { code, detail } = gateDetails[reason];
  return {
    status: 503,
    code,
    title: 'Not available for a moment',
    detail,
    proxyError: 'destination_unavailable',
    retryAfterSeconds: 1,
  };
}

const gateDetails = {
  'not-learned': {
    code: 'PROXY_NOT_READY',
    detail: 'The proxy does not know the owners yet. The request was not forwarded.',
  },
  'lease-lost': {
    code: 'PROXY_LEASE_LOST',
    detail: 'The proxy cannot prove who owns the data. The request was not forwarded.',
  },
  'held-too-many': {
    code: 'PROXY_FENCE_EXCEEDED',
    detail: 'More requests are held than allowed. The request was not forwarded.',
  },
  'held-too-long': { code: 'PROXY_HOLD_EXPIRED', detail: 'The request was held too long. It was not forwarded.' },
  stopping: { code: 'PROXY_STOPPING', detail: 'The proxy is stopping. The request was not forwarded.' },
} as const satisfies Record<RefusalReason, { code: ErrorCode; detail: string }>;

/** What a failed exchange with a backend is to the client: 504 for time-outs, else 502 (RFC 9110 §15.6.3, §15.6.5). */
export function upstreamProblem(error: unknown, backend: string): ProxyProblem {
  const code = errorCode(error);
  if (timeouts.has(code)) {
    const connecting = code === 'UND_ERR_CONNECT_TIMEOUT' || code === 'ETIMEDOUT';
    return problem(
      504,
      'PROXY_UPSTREAM_TIMEOUT',
      `${backend} did not answer in time.`,
      connecting ? 'connection_timeout' : 'http_response_timeout',
    );
  }
  if (refusals.has(code))
    return problem(502, 'PROXY_UPSTREAM_REFUSED', `${backend} refused the connection.`, 'connection_refused');
  if (resets.has(code) || code === 'OVERGROW_STREAM_RESET')
    return problem(
      502,
      'PROXY_UPSTREAM_RESET',
      `${backend} closed the connection before it answered.`,
      'connection_terminated',
    );
  return problem(
    502,
    'PROXY_UPSTREAM_INVALID',
    `${backend} sent something that is not a valid answer.`,
    'http_protocol_error',
  );
}

function problem(status: number, code: ErrorCode, detail: string, proxyError: string): ProxyProblem {
  return {
    status,
    code,
    title: status === 504 ? 'Gateway timeout' : 'Bad gateway',
    detail,
    proxyError,
    retryAfterSeconds: undefined,
  };
}

/** Whether a failed safe request may be sent once more: the connection ended before anything was answered (RFC 9110 §9.2.2). */
export function isStaleConnection(error: unknown): boolean {
  return resets.has(errorCode(error));
}

/** The backend has said that it did nothing with the request (RFC 9113 §8.7): it may be sent once more, whatever its method. */
export function isNotProcessed(error: unknown): boolean {
  return errorCode(error) === 'OVERGROW_NOT_PROCESSED';
}

function errorCode(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : '';
}

/** `ETIMEOUT`: ours, for the whole exchange. */
const timeouts = new Set([
  'ETIMEOUT',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'ETIMEDOUT',
]);
const refusals = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN', 'ENOENT']);
const resets = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE']);
