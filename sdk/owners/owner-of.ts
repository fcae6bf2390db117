import type { IncomingMessage } from 'node:http';
import { type Owner, readOwners } from './owners-header.ts';

/** The header that the proxy stamps on every request when it admits it. It strips what clients send. */
export const ownersHeader = 'overgrow-owners';

type RequestWithHeaders = Pick<IncomingMessage, 'headers'>;

/**
 * Who owned `context` when this request was admitted. `unknown` when the request did not come through the proxy, when the
 * header does not name the context, or when it is malformed: treat it as local, the database's guard is the last line.
 */
export function ownerOf(request: RequestWithHeaders, context: string): Owner | 'unknown' {
  const result = readOwners(ownersValue(request));
  return result.kind === 'owners' ? (result.owners.get(context)?.owner ?? 'unknown') : 'unknown';
}

/** The header as one text, as it must be passed on by a request that this request makes. Undefined when there is none. */
export function ownersValue(request: RequestWithHeaders): string | undefined {
  const value = request.headers[ownersHeader];
  return Array.isArray(value) ? value.join(', ') : value;
}
