import { describe, expect, it } from 'vitest';
import { matchOf, requestOf, routesOf, type RouteInput } from '../test-support/route-fixtures.ts';
import { compileRouteTable } from '../routing/route-table.ts';
import { changePath } from './change-path.ts';
import { clientViewOf } from './client-view.ts';
import { allowsOrigin } from './cors.ts';
import { answerAs, answerHere, forwardAs } from './route-filters.ts';
import { separateSides } from './shared-cache.ts';

const flat = (...lines: readonly string[]) =>
  lines.flatMap((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]);
const lines = (headers: readonly string[]) =>
  headers.flatMap((name, index) => (index % 2 === 0 ? [`${name}: ${headers[index + 1] ?? ''}`] : []));
const httpClient = () => ({ scheme: 'http' as const, host: 'shop.test:8080' });

function through(route: Omit<RouteInput, 'context' | 'name'>, line: string, ...headers: readonly string[]) {
  const [compiled] = routesOf({ name: 'r', ...route });
  const table = compileRouteTable(compiled === undefined ? [] : [compiled]);
  const request = requestOf(line, ...headers);
  const matched = table.match(request);
  const monolith = { name: 'monolith', origin: 'http://127.0.0.1:3000' };
  const service = compiled?.service ?? monolith;
  const target = line.split(' ')[1] ?? '/';
  return {
    own: (client = httpClient) => answerHere(table, request, matched, client),
    to: (side: 'monolith' | 'service') =>
      forwardAs(matched, request, side === 'service' ? service : monolith, {
        target,
        headers: [...request.rawHeaders],
      }),
    answer: (side: 'monolith' | 'service', answered: readonly string[], weighted = false) =>
      lines(
        answerAs([...answered], {
          matched,
          request,
          backend: side === 'service' ? service : monolith,
          weighted,
          clientOf: httpClient,
        }),
      ),
  };
}

describe('header filters', () => {
  const route = {
    filters: {
      requestHeaders: { set: { 'X-Side': 'any' }, add: { Accept: 'b' }, remove: ['X-Old'] },
      responseHeaders: { remove: ['Server'], set: { 'x-by': 'overgrow' } },
    },
    serviceFilters: {
      requestHeaders: { set: { 'x-side': 'service' } },
      responseHeaders: { add: { 'x-from': 'service' } },
    },
  };
  it('remove, set and add, whatever the case, for both sides; the service gets its own on top', () => {
    const asked = through(route, 'GET /', 'X-SIDE: client', 'x-side: again', 'x-old: 1', 'Accept: a', 'Other: 1');
    expect(lines(asked.to('monolith').headers)).toEqual(['Accept: a', 'Other: 1', 'x-side: any', 'accept: b']);
    expect(lines(asked.to('service').headers)).toEqual(['Accept: a', 'Other: 1', 'accept: b', 'x-side: service']);
  });
  it('change answers', () => {
    const asked = through(route, 'GET /');
    expect(asked.answer('monolith', flat('Server: x', 'X-By: y', 'Age: 1'))).toEqual(['Age: 1', 'x-by: overgrow']);
    expect(asked.answer('service', flat('Age: 1'))).toEqual(['Age: 1', 'x-from: service', 'x-by: overgrow']);
  });
});

describe('changePath, as the table of HTTPPathModifier has it', () => {
  it.each([
    ['/foo/bar', '/foo', '/xyz', '/xyz/bar'],
    ['/foo/bar', '/foo', '/xyz/', '/xyz/bar'],
    ['/foo/bar', '/foo/', '/xyz', '/xyz/bar'],
    ['/foo/bar', '/foo/', '/xyz/', '/xyz/bar'],
    ['/foo', '/foo', '/xyz', '/xyz'],
    ['/foo/', '/foo', '/xyz', '/xyz/'],
    ['/foo/bar', '/foo', '/', '/bar'],
    ['/foo/', '/foo', '/', '/'],
    ['/foo', '/foo', '/', '/'],
    ['/foo/bar', '/', '/xyz', '/xyz/foo/bar'],
  ])('%s with prefix %s replaced by %s is %s', (path, prefix, value, expected) => {
    expect(changePath(path, matchOf({ path: { prefix } }), { kind: 'prefix', value })).toBe(expected);
  });
});

describe('rewrite', () => {
  const route = {
    matches: [{ path: { prefix: '/reviews' } }],
    serviceFilters: { rewrite: { host: 'reviews.internal', path: { prefix: '/v1/api' } } },
  };
  it('is what the service sees, query included; the monolith sees what it always saw', () => {
    const asked = through(route, 'GET /reviews/5?a=%20b&a', 'Host: shop.test');
    expect(asked.to('service')).toEqual({ target: '/v1/api/5?a=%20b&a', headers: ['Host', 'reviews.internal'] });
    expect(asked.to('monolith')).toEqual({ target: '/reviews/5?a=%20b&a', headers: ['Host', 'shop.test'] });
  });
  it.each([
    ['Location: http://reviews.internal/v1/api/5?x#y', 'Location: http://shop.test:8080/reviews/5?x#y'],
    ['Location: https://reviews.internal/v1/api', 'Location: http://shop.test:8080/reviews'],
    ['Location: http://127.0.0.1:4001/v1/api/', 'Location: http://shop.test:8080/reviews/'],
    ['Location: //127.0.0.1:4001/v1/api/5', 'Location: //shop.test:8080/reviews/5'],
    ['Location: /v1/api/5', 'Location: /reviews/5'],
    ['Location: /v1/apinot', 'Location: /v1/apinot'],
    ['Location: /login', 'Location: /login'],
    ['Location: 6', 'Location: 6'],
    ['Location: http://elsewhere.test/v1/api/5', 'Location: http://elsewhere.test/v1/api/5'],
    ['Location: http://reviews.internal.evil.test/v1/api', 'Location: http://reviews.internal.evil.test/v1/api'],
    ['Content-Location: /v1/api/5', 'Content-Location: /reviews/5'],
    ['Refresh: 5; url=/v1/api/5', 'Refresh: 5; url=/reviews/5'],
    ['Refresh: 0;URL="http://reviews.internal/v1/api"', 'Refresh: 0;URL="http://shop.test:8080/reviews"'],
    [
      'Link: </v1/api/6>; rel="next", <http://reviews.internal/x>; title="</v1/api>"',
      'Link: </reviews/6>; rel="next", <http://shop.test:8080/x>; title="</v1/api>"',
    ],
    [
      'Set-Cookie: a=</v1/api>; Domain=reviews.internal; Path=/v1/api; HttpOnly',
      'Set-Cookie: a=</v1/api>; Path=/reviews; HttpOnly',
    ],
    ['Set-Cookie: a=b; domain=.internal; path=/v1', 'Set-Cookie: a=b; path=/reviews'],
    ['Set-Cookie: a=b; Domain=shop.test; Path=/', 'Set-Cookie: a=b; Domain=shop.test; Path=/'],
    ['Set-Cookie: a=b; Path=/v1/api/admin', 'Set-Cookie: a=b; Path=/reviews/admin'],
    [
      "Content-Security-Policy: default-src 'self' https://reviews.internal; img-src reviews.internal/v1/api/ cdn.test",
      "Content-Security-Policy: default-src 'self' http://shop.test:8080; img-src shop.test:8080/reviews/ cdn.test",
    ],
    ['X-Location: /v1/api/5', 'X-Location: /v1/api/5'],
  ])('maps %s back', (answered, expected) => {
    expect(through(route, 'GET /reviews/5').answer('service', flat(answered))).toEqual([expected]);
  });
  it('maps the address of the monolith, too, and no path of it', () => {
    const answered = flat('Location: http://127.0.0.1:3000/v1/api', 'Set-Cookie: a=b; Path=/v1/api');
    expect(through(route, 'GET /reviews').answer('monolith', answered)).toEqual([
      'Location: http://shop.test:8080/v1/api',
      'Set-Cookie: a=b; Path=/v1/api',
    ]);
  });
  it('of a whole path maps that path alone back', () => {
    const whole = {
      matches: [{ path: { exact: '/old.php' } }],
      serviceFilters: { rewrite: { path: { full: '/new' } } },
    };
    const asked = through(whole, 'GET /old.php?id=1');
    expect(asked.to('service').target).toBe('/new?id=1');
    expect(asked.answer('service', flat('Location: /new?id=2'))).toEqual(['Location: /old.php?id=2']);
    expect(asked.answer('service', flat('Location: /new/2'))).toEqual(['Location: /new/2']);
  });
});

describe('redirect', () => {
  it.each([
    [{}, 'http://shop.test:8080/a/b?q=1'],
    [{ scheme: 'https' as const }, 'https://shop.test/a/b?q=1'],
    [{ host: 'new.test' }, 'http://new.test:8080/a/b?q=1'],
    [{ port: 80 }, 'http://shop.test/a/b?q=1'],
    [{ port: 8443, scheme: 'https' as const }, 'https://shop.test:8443/a/b?q=1'],
    [{ port: 443, scheme: 'https' as const }, 'https://shop.test/a/b?q=1'],
    [{ path: { full: '/x' } }, 'http://shop.test:8080/x?q=1'],
    [{ path: { prefix: '/x' } }, 'http://shop.test:8080/x/b?q=1'],
  ])('%j', (redirect, location) => {
    const own = through({ matches: [{ path: { prefix: '/a' } }], filters: { redirect } }, 'GET /a/b?q=1').own();
    expect(own).toEqual({ status: 302, headers: ['location', location, 'content-length', '0'] });
  });
  it('knows the port of the scheme that the client used', () => {
    const route = { filters: { redirect: { status: 308 as const } } };
    const own = through(route, 'GET /a').own(() => ({ scheme: 'http' as const, host: 'shop.test:80' }));
    expect(own).toMatchObject({ status: 308, headers: ['location', 'http://shop.test/a', 'content-length', '0'] });
  });
});

describe('clientViewOf', () => {
  const arrival = { host: 'inner', forwardedHost: 'shop.test', forwardedProto: 'https', trusted: true, secure: false };
  it('believes a trusted peer only, and no host that is none', () => {
    expect(clientViewOf(arrival)).toEqual({ scheme: 'https', host: 'shop.test' });
    expect(clientViewOf({ ...arrival, trusted: false })).toEqual({ scheme: 'http', host: 'inner' });
    expect(clientViewOf({ ...arrival, trusted: false, secure: true })).toEqual({ scheme: 'https', host: 'inner' });
    expect(clientViewOf({ ...arrival, forwardedHost: 'a/b' })).toEqual({ scheme: 'https', host: 'inner' });
  });
});

describe('CORS', () => {
  const cors = {
    allowOrigins: ['https://app.test', 'https://*.shop.test'],
    allowMethods: ['PUT'],
    allowHeaders: ['x-a', 'x-b'],
    exposeHeaders: ['x-c'],
    allowCredentials: true,
    maxAge: '10m',
  };
  const route = { matches: [{ path: { prefix: '/api' }, methods: ['PUT'] }], filters: { cors } };
  const preflight = (origin: string, method = 'PUT') =>
    through(route, 'OPTIONS /api/x', `Origin: ${origin}`, `Access-Control-Request-Method: ${method}`).own();

  it('answers a preflight about the request that it announces', () => {
    expect(lines(preflight('https://a.b.shop.test')?.headers ?? [])).toEqual([
      'access-control-allow-origin: https://a.b.shop.test',
      'access-control-allow-credentials: true',
      'access-control-allow-methods: PUT',
      'access-control-allow-headers: x-a, x-b',
      'access-control-max-age: 600',
      'vary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers',
    ]);
    expect(preflight('https://evil.test')).toMatchObject({ status: 403 });
    expect(lines(preflight('https://evil.test')?.headers ?? []).join()).not.toContain('access-control-allow');
    expect(preflight('https://app.test', 'DELETE')).toBeUndefined();
    expect(through(route, 'OPTIONS /api/x', 'Origin: https://app.test').own()).toBeUndefined();
  });
  it('replaces what the side says', () => {
    const answered = flat('Access-Control-Allow-Origin: *', 'Vary: Accept', 'Age: 1');
    const allowed = through(route, 'PUT /api/x', 'Origin: https://app.test').answer('monolith', answered);
    expect(allowed).toEqual([
      'Vary: Accept',
      'Age: 1',
      'vary: Origin',
      'access-control-allow-origin: https://app.test',
      'access-control-allow-credentials: true',
      'access-control-expose-headers: x-c',
    ]);
    for (const origin of ['https://evil.test', 'null', 'http://app.test', 'https://app.test.evil.test'])
      expect(through(route, 'PUT /api/x', `Origin: ${origin}`).answer('monolith', answered).join()).not.toContain(
        'control',
      );
  });
  it('echoes what was asked where everything is allowed', () => {
    const all = { allowOrigins: ['*'], allowMethods: ['*'], allowHeaders: ['*'] };
    const own = through(
      { filters: { cors: all } },
      'OPTIONS /',
      'Origin: null',
      'Access-Control-Request-Method: PATCH',
      'Access-Control-Request-Headers: x-z',
    ).own();
    expect(lines(own?.headers ?? [])).toEqual([
      'access-control-allow-origin: null',
      'access-control-allow-methods: PATCH',
      'access-control-allow-headers: x-z',
      'access-control-max-age: 5',
      'vary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers',
    ]);
  });
  it.each([
    ['https://app.test', 'https://app.test:443', true],
    ['http://app.test:80', 'http://app.test', true],
    ['https://app.test', 'https://app.test:8443', false],
    ['https://*.test', 'https://a.b.test', true],
    ['https://*.test', 'https://test', false],
    ['https://*', 'https://anything.example', true],
    ['https://*', 'http://anything.example', false],
    ['*', 'null', true],
  ])('%s allows %s: %s', (pattern, origin, expected) => expect(allowsOrigin([pattern], origin)).toBe(expected));
});

describe('answers of a weighted route', () => {
  it.each([
    [[], ['cache-control: private']],
    [['Cache-Control: public, max-age=60, s-maxage=600'], ['cache-control: private, max-age=60']],
    [['Cache-Control: no-store'], ['cache-control: no-store']],
    [['Cache-Control: private="x-a, x-b", max-age=1'], ['cache-control: private, max-age=1']],
    [
      ['Cache-Control: max-age=1', 'cache-control: must-revalidate'],
      ['cache-control: private, max-age=1, must-revalidate'],
    ],
    [
      ['CDN-Cache-Control: max-age=9', 'Surrogate-Control: x', 'Age: 1'],
      ['Age: 1', 'cache-control: private'],
    ],
  ])('%j', (answered, expected) => {
    expect(lines(separateSides(flat(...answered), undefined))).toEqual(expected);
  });
  it('vary with the sticky key where the shared cache keys on it', () => {
    const keyed = { sticky: { header: 'X-Cohort' }, sharedCache: 'keyed' as const };
    const answered = flat('Cache-Control: public');
    expect(through(keyed, 'GET /').answer('service', answered, true)).toEqual([
      'Cache-Control: public',
      'vary: X-Cohort',
    ]);
    expect(through(keyed, 'GET /').answer('service', answered, false)).toEqual(['Cache-Control: public']);
    expect(
      through({ sticky: { cookie: 'sid' }, sharedCache: 'keyed' }, 'GET /').answer(
        'service',
        flat('Vary: cookie'),
        true,
      ),
    ).toEqual(['Vary: cookie']);
    expect(through({}, 'GET /').answer('service', answered, true)).toEqual(['cache-control: private']);
  });
});
