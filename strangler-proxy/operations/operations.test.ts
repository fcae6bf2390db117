import { describe, expect, it } from 'vitest';
import { compileRouteTable } from '../routing/route-table.ts';
import { isSafeRequest } from '../routing/decide-side.ts';
import { requestOf, routesOf, type RouteInput } from '../test-support/route-fixtures.ts';
import { matchOperations } from './match-operations.ts';
import { compileOperationTable, readOperations } from './operation-table.ts';

const routes: readonly Omit<RouteInput, 'context'>[] = [
  {
    name: 'products',
    matches: ['products', 'product', 'addProduct', 'productAdded'].map((field) => ({
      path: { exact: '/graphql' },
      graphql: { field },
    })),
  },
  {
    name: 'reviews',
    matches: [{ path: { exact: '/graphql' }, graphql: { field: { regex: 'reviews?' }, type: 'query' } }],
  },
  { name: 'named', matches: [{ path: { exact: '/graphql' }, graphql: { operation: 'Named' } }] },
  { name: 'persisted', safe: true, matches: [{ path: { exact: '/graphql' }, graphql: { persistedHash: 'abc' } }] },
  {
    name: 'rpc-get',
    safe: true,
    matches: [{ path: { prefix: '/rpc' }, rpc: { protocol: 'json-rpc', method: 'catalog.get' } }],
  },
  {
    name: 'rpc',
    matches: [{ path: { prefix: '/rpc' }, rpc: { protocol: 'json-rpc', method: { regex: 'catalog\\..*' } } }],
  },
  { name: 'trpc', matches: [{ path: { prefix: '/trpc' }, rpc: { protocol: 'trpc', method: { regex: 'post\\..*' } } }] },
  { name: 'soap', matches: [{ path: { exact: '/ws' }, rpc: { protocol: 'soap', method: 'urn:GetPrice' } }] },
  { name: 'action', matches: [{ path: { exact: '/index.php' }, rpc: { protocol: 'action', method: 'list' } }] },
];
const compiled = routesOf(...routes);
const table = compileRouteTable(compiled);
const places = compileOperationTable(compiled);

function outcomeOf(line: string, headers: readonly string[], body: string | Buffer | undefined) {
  const request = requestOf(line, ...headers);
  const protocol = places.protocolOf(request);
  if (protocol === undefined) return { route: 'no protocol', safe: true, note: '' };
  const octets = body === undefined ? undefined : Buffer.from(body);
  const operations = readOperations(protocol, { ...request, body: octets, unreadBody: false });
  const { matched, safe, note } = matchOperations(table, request, operations);
  return {
    route: matched?.route.name ?? 'monolith',
    safe: isSafeRequest(request.method, matched?.route, safe),
    note,
  };
}
const json = ['Content-Type: application/json'];
const graphql = (query: string, rest: object = {}) =>
  outcomeOf('POST /graphql', json, JSON.stringify({ query, ...rest }));

describe('GraphQL', () => {
  it.each([
    ['{ products { id } }', 'products', true],
    ['query { a: products { id } b: product(id: 1) { id } }', 'products', true],
    ['mutation { addProduct(name: "x") { id } }', 'products', false],
    ['subscription { productAdded { id } }', 'products', true],
    ['{ reviews { id } review { id } }', 'reviews', true],
    ['mutation { reviews { id } }', 'monolith', false],
    ['{ products { id } reviews { id } }', 'monolith', true],
    ['{ products { id } me { id } }', 'monolith', true],
    ['{ me { products { id } } }', 'monolith', true],
    ['query Named { me { id } }', 'named', true],
    ['{ ...F } fragment F on Query { ...G } fragment G on Query { ...F products { id } }', 'products', true],
    ['{ ... on Query { products { id } ... @include(if: true) { me } } }', 'monolith', true],
    ['{ ...F }', 'monolith', false],
    ['{ products { id }', 'monolith', false],
    ['query A { products { id } } mutation B { addProduct { id } }', 'monolith', false],
    ['fragment F on Query { products { id } }', 'monolith', false],
    ['{ __schema { types { name } } }', 'monolith', true],
  ])('%s goes to %s, safe: %s', (query, route, safe) => {
    expect(graphql(query)).toMatchObject({ route, safe });
  });
  it('takes the operation that is named', () => {
    const both = 'query A { products { id } } mutation B { addProduct { id } }';
    expect(graphql(both, { operationName: 'A' })).toMatchObject({ route: 'products', safe: true });
    expect(graphql(both, { operationName: 'B' })).toMatchObject({ route: 'products', safe: false });
    expect(graphql(both, { operationName: 'C' })).toMatchObject({ route: 'monolith', safe: false });
  });
  it('reads batches as one request', () => {
    const batch = (...queries: string[]) =>
      outcomeOf('POST /graphql', json, JSON.stringify(queries.map((query) => ({ query }))));
    expect(batch('{ products { id } }', '{ product { id } }')).toMatchObject({ route: 'products', safe: true });
    expect(batch('{ products { id } }', 'mutation { addProduct { id } }')).toMatchObject({
      route: 'products',
      safe: false,
    });
    expect(batch('{ products { id } }', '{ reviews { id } }')).toMatchObject({ route: 'monolith', safe: true });
    expect(batch()).toMatchObject({ route: 'monolith', safe: false });
  });
  it('of a persisted operation knows the hash alone: its route says whether it is safe', () => {
    const persisted = (hash: string) => ({ extensions: { persistedQuery: { version: 1, sha256Hash: hash } } });
    expect(outcomeOf('POST /graphql', json, JSON.stringify(persisted('abc')))).toMatchObject({
      route: 'persisted',
      safe: true,
    });
    expect(outcomeOf('POST /graphql', json, JSON.stringify(persisted('other')))).toMatchObject({
      route: 'monolith',
      safe: false,
    });
    expect(graphql('mutation { x }', persisted('abc'))).toMatchObject({ route: 'persisted', safe: false });
  });
  it.each([
    ['GET /graphql?query=%7Bproducts%7Bid%7D%7D', [], undefined, 'products', true],
    ['GET /graphql?query=mutation%7BaddProduct%7Bid%7D%7D', [], undefined, 'products', false],
    ['GET /graphql?query=%7Bproducts%7Bid%7D%7D&query=%7Bme%7D', [], undefined, 'monolith', false],
    ['GET /graphql', [], undefined, 'monolith', false],
    ['POST /graphql', ['Content-Type: application/graphql'], '{ products { id } }', 'products', true],
    ['POST /graphql', ['Content-Type: text/plain'], '{"query":"{products{id}}"}', 'monolith', false],
    ['POST /graphql', json, '{"query":"{products{id}}","query":"mutation{addProduct{id}}"}', 'monolith', false],
    ['POST /graphql', json, '{"query":"{products{id}}","q\\u0075ery":"{me}"}', 'monolith', false],
    ['POST /graphql', json, Buffer.from([0x22, 0xff, 0x22]), 'monolith', false],
    ['POST /graphql', json, '[[{"query":"{products{id}}"}]]', 'monolith', false],
    ['POST /graphql', json, 'null', 'monolith', false],
    ['POST /graphql?query=mutation%7Bx%7D', json, '{"query":"{products{id}}"}', 'monolith', false],
  ] as const)('%s %j %s', (line, headers, body, route, safe) => {
    expect(outcomeOf(line, headers, body)).toMatchObject({ route, safe });
  });
  it('ends with any nesting and any size', () => {
    expect(graphql(`{ products ${'{a'.repeat(3_000)}${'}'.repeat(3_000)} }`)).toMatchObject({
      route: expect.any(String) as string,
    });
    expect(graphql(`{ products { ${'a '.repeat(30_000)} } }`)).toMatchObject({ route: 'monolith', safe: false });
    expect(outcomeOf('POST /graphql', json, '['.repeat(100_000))).toMatchObject({ route: 'monolith', safe: false });
  });
});

describe('remote procedure calls', () => {
  const call = (method: unknown, id = 1) => ({ jsonrpc: '2.0', method, id });
  it.each([
    ['JSON-RPC', 'POST /rpc', json, JSON.stringify(call('catalog.get')), 'rpc-get', true],
    ['JSON-RPC of another method', 'POST /rpc', json, JSON.stringify(call('catalog.add')), 'rpc', false],
    [
      'a batch of two routes',
      'POST /rpc',
      json,
      JSON.stringify([call('catalog.get'), call('catalog.add')]),
      'monolith',
      false,
    ],
    ['a batch', 'POST /rpc', json, JSON.stringify([call('catalog.get'), call('catalog.get', 2)]), 'rpc-get', true],
    ['no method', 'POST /rpc', json, JSON.stringify(call(5)), 'monolith', false],
    ['no JSON', 'POST /rpc', json, '<xml/>', 'monolith', false],
    ['a tRPC query', 'GET /trpc/post.byId?input=1', [], undefined, 'trpc', true],
    ['a tRPC mutation', 'POST /trpc/post.add', json, '{}', 'trpc', false],
    ['a tRPC batch', 'GET /trpc/post.byId,post.all?batch=1', [], undefined, 'trpc', true],
    ['an encoded comma', 'GET /trpc/post.byId%2Cuser.all?batch=1', [], undefined, 'monolith', true],
    ['a comma without batch', 'GET /trpc/post.byId,post.all', [], undefined, 'monolith', false],
    ['SOAP 1.1', 'POST /ws', ['SOAPAction: "urn:GetPrice"'], '<x/>', 'soap', false],
    ['SOAP 1.2', 'POST /ws', ['Content-Type: application/soap+xml; action="urn:GetPrice"'], '<x/>', 'soap', false],
    [
      'two actions',
      'POST /ws',
      ['SOAPAction: "urn:GetPrice"', 'Content-Type: application/soap+xml; action="urn:Pay"'],
      '<x/>',
      'monolith',
      false,
    ],
    ['an action', 'GET /index.php?action=list', [], undefined, 'action', true],
    [
      'an action in a form',
      'POST /index.php',
      ['Content-Type: application/x-www-form-urlencoded'],
      'a=b&action=list',
      'action',
      false,
    ],
    ['an action twice', 'GET /index.php?action=list&action=drop', [], undefined, 'monolith', false],
    [
      'an action in both',
      'POST /index.php?action=list',
      ['Content-Type: application/x-www-form-urlencoded'],
      'action=drop',
      'monolith',
      false,
    ],
    ['a preflight', 'OPTIONS /rpc', [], undefined, 'no protocol', true],
    ['another path', 'POST /else', json, '{}', 'no protocol', true],
  ] as const)('%s', (_name, line, headers, body, route, safe) => {
    expect(outcomeOf(line, headers, body)).toMatchObject({ route, safe });
  });
});
