import { describe, expect, it } from 'vitest';
import { requestOf, routesOf, type RouteInput } from '../test-support/route-fixtures.ts';
import { compileRouteTable } from './route-table.ts';

/*
 * HTTPRoute and GRPCRoute as the specification states them (kubernetes-sigs/gateway-api, apis/v1/httproute_types.go and
 * grpcroute_types.go). Each block is one statement; each line a request and the route that takes it.
 */

type Case = readonly [request: string, ...headersAndRoute: string[]];

function cases(statement: string, routes: readonly Omit<RouteInput, 'context'>[], table: readonly Case[]): void {
  describe(statement, () => {
    const compiled = compileRouteTable(routesOf(...routes));
    it.each(table.map((line) => [line.join(' | '), line] as const))('%s', (_name, [request, ...rest]) => {
      const headers = rest.slice(0, -1);
      expect(compiled.match(requestOf(request, ...headers))?.route.name ?? 'none').toBe(rest.at(-1));
    });
  });
}

cases(
  'a host is matched without its port and its case; `*.` is any number of labels, but not none',
  [
    { name: 'exact', hosts: ['shop.example.com'] },
    { name: 'wild', hosts: ['*.example.com'] },
    { name: 'two', hosts: ['one.test', 'other.test'] },
  ],
  [
    ['GET shop.example.com/', 'exact'],
    ['GET shop.example.com:8443/', 'exact'],
    ['GET SHOP.Example.com/', 'exact'],
    ['GET shop.example.com./', 'exact'],
    ['GET a.example.com/', 'wild'],
    ['GET a.b.example.com:80/', 'wild'],
    ['GET example.com/', 'none'],
    ['GET notexample.com/', 'none'],
    ['GET a.example.com.evil.test/', 'none'],
    ['GET shop.example.comx/', 'none'],
    ['GET one.test/', 'two'],
    ['GET other.test/', 'two'],
    ['GET third.test/', 'none'],
    ['GET [::1]:80/', 'none'],
  ],
);

cases(
  'the longest host that is no wildcard goes before all, then the longest wildcard, then routes without a host',
  [
    { name: 'any', matches: [{ path: { exact: '/x' } }] },
    { name: 'wild', hosts: ['*.com'], matches: [{ path: { prefix: '/x' }, methods: ['GET'] }] },
    { name: 'wilder', hosts: ['*.example.com'], matches: [{ path: { prefix: '/' } }, { path: { exact: '/only' } }] },
    { name: 'exact', hosts: ['a.example.com'], matches: [{ path: { prefix: '/p' } }] },
  ],
  [
    ['GET a.example.com/p', 'exact'],
    ['GET a.example.com/x', 'wilder'],
    ['GET b.com/x', 'wild'],
    ['POST b.com/x', 'any'],
    ['GET b.com/y', 'none'],
    ['GET other.test/x', 'any'],
  ],
);

cases(
  'exact is that path only; a prefix is whole segments and ignores its last slash; both see case',
  [
    { name: 'exact', matches: [{ path: { exact: '/abc' } }] },
    { name: 'slash', matches: [{ path: { prefix: '/dir/' } }] },
    { name: 'prefix', matches: [{ path: { prefix: '/v2' } }] },
    { name: 'upper', matches: [{ path: { prefix: '/V3' } }] },
  ],
  [
    ['GET /abc', 'exact'],
    ['GET /abc/', 'none'],
    ['GET /Abc', 'none'],
    ['GET /abcd', 'none'],
    ['GET /abc?x=1', 'exact'],
    ['GET /v2', 'prefix'],
    ['GET /v2/', 'prefix'],
    ['GET /v2/example', 'prefix'],
    ['GET /v2example', 'none'],
    ['GET /foo/v2', 'none'],
    ['GET /dir', 'slash'],
    ['GET /dir/', 'slash'],
    ['GET /dir/x', 'slash'],
    ['GET /dirx', 'none'],
    ['GET /v3', 'none'],
    ['GET /V3/x', 'upper'],
  ],
);

cases(
  'exact before expression before prefix, longer prefix before shorter, whatever their order',
  [
    { name: 'short', matches: [{ path: { prefix: '/match' } }] },
    { name: 'long', matches: [{ path: { prefix: '/match/prefix' } }] },
    { name: 'regex', matches: [{ path: { regex: '/match/[a-z]+/r' } }] },
    { name: 'longer-regex', matches: [{ path: { regex: '/match/(aa|bb)+/r' } }] },
    { name: 'exact', matches: [{ path: { exact: '/match/exact/r' } }] },
    { name: 'everything', matches: [{}] },
  ],
  [
    ['GET /match/exact/r', 'exact'],
    ['GET /match/other/r', 'regex'],
    ['GET /match/aabb/r', 'longer-regex'],
    ['GET /match/prefix/r', 'regex'],
    ['GET /match/prefix/x', 'long'],
    ['GET /match/prefix', 'long'],
    ['GET /match/prefixed', 'short'],
    ['GET /match', 'short'],
    ['GET /else', 'everything'],
  ],
);

cases(
  'an expression must match the whole path',
  [{ name: 'regex', matches: [{ path: { regex: '/users/[0-9]+' } }, { path: { regex: '/a|/b' } }] }],
  [
    ['GET /users/12', 'regex'],
    ['GET /users/12/', 'none'],
    ['GET /x/users/12', 'none'],
    ['GET /users/', 'none'],
    ['GET /a', 'regex'],
    ['GET /b', 'regex'],
    ['GET /ab', 'none'],
  ],
);

cases(
  'a method match goes before more headers, headers before query, query before cookies; then the order in the manifest',
  [
    { name: 'plain', matches: [{ path: { prefix: '/x' } }] },
    { name: 'later', matches: [{ path: { prefix: '/x' } }] },
    { name: 'cookies', matches: [{ path: { prefix: '/x' }, cookies: { a: '1', b: '2' } }] },
    { name: 'query', matches: [{ path: { prefix: '/x' }, query: { q: '1' } }] },
    { name: 'two-headers', matches: [{ path: { prefix: '/x' }, headers: { one: '1', two: '2' } }] },
    { name: 'header', matches: [{ path: { prefix: '/x' }, headers: { one: '1' } }] },
    { name: 'method', matches: [{ path: { prefix: '/x' }, methods: ['PUT', 'POST'] }] },
    { name: 'method-header', matches: [{ path: { prefix: '/x' }, methods: ['PUT'], headers: { one: '1' } }] },
  ],
  [
    ['GET /x', 'plain'],
    ['GET /x', 'Cookie: a=1; b=2', 'cookies'],
    ['GET /x?q=1', 'Cookie: a=1; b=2', 'query'],
    ['GET /x?q=1', 'one: 1', 'header'],
    ['GET /x?q=1', 'one: 1', 'two: 2', 'two-headers'],
    ['POST /x?q=1', 'one: 1', 'two: 2', 'method'],
    ['PUT /x', 'one: 1', 'method-header'],
    ['PUT /x', 'one: 2', 'method'],
    ['DELETE /x', 'one: 2', 'plain'],
  ],
);

cases(
  'header names have no case, values have; all must fit; repeated ones are joined',
  [
    { name: 'both', matches: [{ headers: { Version: 'two', Color: { regex: 'blue|green' } } }] },
    { name: 'present', matches: [{ headers: { 'x-debug': { present: true } } }] },
    { name: 'joined', matches: [{ headers: { accept: 'a, b' } }] },
  ],
  [
    ['GET /', 'VERSION: two', 'color: blue', 'both'],
    ['GET /', 'version: two', 'color: blueish', 'none'],
    ['GET /', 'version: Two', 'color: blue', 'none'],
    ['GET /', 'version: two', 'none'],
    ['GET /', 'X-Debug:', 'present'],
    ['GET /', 'accept: a', 'accept: b', 'joined'],
    ['GET /', 'accept: b', 'accept: a', 'none'],
  ],
);

cases(
  'query parameters are compared decoded, and the first of a name counts',
  [
    { name: 'query', matches: [{ query: { 'the key': 'ä & b' } }] },
    { name: 'empty', matches: [{ query: { flag: '' } }] },
    { name: 'regex', matches: [{ query: { id: { regex: '[0-9]+' } } }] },
  ],
  [
    ['GET /?the+key=%C3%A4+%26%20b', 'query'],
    ['GET /?x=1&the%20key=%C3%A4%20%26%20b', 'query'],
    ['GET /?the+key=other&the+key=%C3%A4+%26%20b', 'none'],
    ['GET /?The+key=%C3%A4+%26%20b', 'none'],
    ['GET /?flag', 'empty'],
    ['GET /?flag=', 'empty'],
    ['GET /?flag=1', 'none'],
    ['GET /?id=12', 'regex'],
    ['GET /?id=12a', 'none'],
    ['GET /?id=%zz', 'none'],
  ],
);

cases(
  'cookies are compared as they stand',
  [{ name: 'beta', matches: [{ cookies: { beta: 'on' } }] }],
  [
    ['GET /', 'Cookie: a=b; beta=on', 'beta'],
    ['GET /', 'Cookie: beta=off', 'none'],
    ['GET /', 'Cookie: xbeta=on', 'none'],
    ['GET /', 'Cookie: x=beta=on', 'none'],
    ['GET /', 'none'],
  ],
);

cases(
  'gRPC: the longer service goes first, then the longer method, then more headers; parts left out fit every name',
  [
    { name: 'every-call', matches: [{ grpc: {} }] },
    { name: 'method', matches: [{ grpc: { method: 'Get' } }] },
    { name: 'service', matches: [{ grpc: { service: 'shop.Catalog' } }] },
    { name: 'both', matches: [{ grpc: { service: 'shop.Catalog', method: 'Get' } }] },
    { name: 'header', matches: [{ grpc: { service: 'shop.Catalog', method: 'Get' }, headers: { version: '2' } }] },
    { name: 'http', matches: [{ path: { exact: '/shop.Catalog/Get' } }] },
  ],
  [
    ['POST /shop.Catalog/Get', 'content-type: application/grpc', 'both'],
    ['POST /shop.Catalog/Get', 'content-type: application/grpc+proto', 'version: 2', 'header'],
    ['POST /shop.Catalog/List', 'content-type: application/grpc', 'service'],
    ['POST /shop.Other/Get', 'content-type: application/grpc;charset=x', 'method'],
    ['POST /shop.Other/List', 'content-type: application/grpc', 'every-call'],
    ['POST /shop.Catalog/get', 'content-type: application/grpc', 'service'],
    ['POST /shop.Catalog/Get', 'content-type: application/json', 'http'],
    ['POST /shop.Catalog/Get', 'content-type: application/grpc-web', 'http'],
    ['GET /shop.Catalog/Get', 'content-type: application/grpc', 'http'],
    ['POST /a/b/c', 'content-type: application/grpc', 'none'],
  ],
);

cases(
  'a route without matches takes every request to its hosts',
  [{ name: 'all', hosts: ['a.test'] }],
  [
    ['DELETE a.test/any/path?x', 'all'],
    ['GET b.test/', 'none'],
  ],
);
