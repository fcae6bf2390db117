import { ownersHeaderName } from '@overgrow/core';
import { appendForwarding } from '../headers/forwarded.ts';
import type { RequestHead } from '../headers/request-head.ts';

interface From {
  readonly peer: string;
  readonly secure: boolean;
  /** Whether its X-Forwarded-* are believed. */
  readonly trusted: boolean;
}

interface Own {
  readonly requestId: string;
  /** The owners header; empty: none. */
  readonly owners: string;
  /** It travels by node's own client, which frames the body as these headers say. */
  readonly special: boolean;
}

/** What a backend is told: the client's headers as they came, who asked, and what the proxy adds. */
export function outgoingHeaders(head: Extract<RequestHead, { kind: 'head' }>, from: From, own: Own): string[] {
  const { headers } = head;
  appendForwarding(headers, from.peer, from.secure, from.trusted, head);
  headers.push('x-request-id', own.requestId);
  if (head.acceptsTrailers) headers.push('te', 'trailers');
  if (own.owners !== '') headers.push(ownersHeaderName, own.owners);
  if (!own.special) return headers;
  if (head.expectsContinue) headers.push('expect', '100-continue');
  if (head.chunked) headers.push('transfer-encoding', 'chunked');
  return headers;
}
