import type { OperationMatch, ProxyRoute } from '../config/proxy-config.ts';
import type { MatchRequest } from '../routing/match-request.ts';
import { compileRouteTable } from '../routing/route-table.ts';
import type { Operations, OperationSource } from './operation.ts';
import { readGraphql } from './read-graphql.ts';
import { readAction, readJsonRpc, readSoap, readTrpc } from './read-rpc.ts';

/** Where requests are told apart by what their body asks for, and how it is read there. */
export interface OperationTable {
  /** Undefined: requests to this place are told apart by their head alone. */
  protocolOf(request: MatchRequest): OperationMatch | undefined;
}

/**
 * The places (hosts and path) of every match that looks at an operation. A place has one protocol: the most specific
 * match's, and of equals the first's.
 */
export function compileOperationTable(routes: readonly ProxyRoute[]): OperationTable {
  const protocols = new Map<ProxyRoute, OperationMatch>();
  const places = routes.flatMap((route) =>
    route.matches.flatMap(({ path, operation }) => {
      if (operation === undefined) return [];
      const place: ProxyRoute = { ...route, matches: [{ path, methods: undefined }] };
      protocols.set(place, operation);
      return [place];
    }),
  );
  if (places.length === 0) return { protocolOf: () => undefined };
  const table = compileRouteTable(places);
  return {
    protocolOf: (request) => {
      // It asks about a place, and for nothing.
      if (request.method === 'OPTIONS') return undefined;
      const place = table.match(request)?.route;
      return place === undefined ? undefined : protocols.get(place);
    },
  };
}

export function readOperations({ protocol, parameter }: OperationMatch, source: OperationSource): Operations {
  switch (protocol) {
    case 'graphql':
      return readGraphql(source);
    case 'json-rpc':
      return readJsonRpc(source);
    case 'trpc':
      return readTrpc(source);
    case 'soap':
      return readSoap(source);
    case 'action':
      return readAction(source, parameter);
  }
}

/** Whether a protocol's operations stand in the body. */
export function standsInBody({ protocol }: OperationMatch): boolean {
  return protocol !== 'trpc' && protocol !== 'soap';
}
