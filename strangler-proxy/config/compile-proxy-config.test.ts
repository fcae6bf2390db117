import { compileLinearRegex, manifestSchema, type ManifestInput } from '@overgrow/core';
import { describe, expect, it } from 'vitest';
import { parseListen } from '../front/parse-listen.ts';
import { compileProxyConfig } from './compile-proxy-config.ts';

const compile = (change: Partial<ManifestInput> = {}) =>
  compileProxyConfig(
    manifestSchema.parse({
      version: 1,
      monolith: { url: 'http://127.0.0.1:3000/' },
      contexts: { reviews: { service: 'reviews' }, users: {} },
      services: { reviews: { url: 'http://127.0.0.1:4001' } },
      routes: [
        {
          name: 'r',
          context: 'reviews',
          matches: [{ path: { prefix: '/reviews' }, methods: ['GET'] }],
          sticky: { header: 'X-User' },
          weight: '12.5%',
        },
        { name: 'u', context: 'users', matches: [{ path: { exact: '/users' } }] },
      ],
      ...change,
    }),
  );

describe('compileProxyConfig', () => {
  it('takes routes, backends and limits from the manifest', () => {
    expect(compile()).toMatchObject({
      monolith: { name: 'monolith', origin: 'http://127.0.0.1:3000' },
      contexts: ['reviews', 'users'],
      limits: { holdExpiryMs: 4000, maxHeldRequests: 5000 },
      routes: [
        {
          matches: [{ path: { kind: 'prefix', value: '/reviews' }, methods: ['GET'] }],
          sticky: { kind: 'header', name: 'x-user' },
          weight: 1250,
          service: { name: 'reviews', origin: 'http://127.0.0.1:4001' },
        },
        {
          matches: [{ path: { kind: 'exact', value: '/users' }, methods: undefined, conditions: [] }],
          sticky: { kind: 'account' },
          service: undefined,
        },
      ],
    });
  });
  it('compiles every part of a match; of header names that differ in case only, the first counts', () => {
    const match = {
      path: { regex: '/users/[0-9]+' },
      headers: { 'X-Version': 'v2', 'x-version': 'v3', 'x-any': { present: true as const } },
      query: { Lang: { regex: 'd.' } },
      cookies: { beta: 'on' },
    };
    const [route] = compile({
      routes: [
        {
          name: 'r',
          context: 'reviews',
          hosts: ['*.example.com'],
          safe: true,
          matches: [match, { grpc: { service: 'a.B' } }],
        },
      ],
    }).routes;
    expect(route).toMatchObject({ hosts: ['*.example.com'], safe: true });
    const compiled = compileLinearRegex('/users/[0-9]+');
    expect(route?.matches).toMatchObject([
      {
        path: { kind: 'regex', regex: { pattern: compiled.kind === 'regex' ? compiled.regex.pattern : '' } },
        conditions: [
          { kind: 'header', name: 'x-version', value: { kind: 'exact', value: 'v2' } },
          { kind: 'header', name: 'x-any', value: { kind: 'present' } },
          { kind: 'query', name: 'Lang', value: { kind: 'regex' } },
          { kind: 'cookie', name: 'beta', value: { kind: 'exact', value: 'on' } },
        ],
      },
      { path: { kind: 'prefix', value: '/' }, grpc: { service: 'a.B', method: undefined } },
    ]);
  });
  it.each([
    ['an unknown service', { services: {} }],
    ['an unknown context', { contexts: {} }],
    ['a backend with a path', { monolith: { url: 'http://127.0.0.1:3000/app' } }],
  ] as const)('refuses %s', (_name, change) => {
    expect(() => compile(change)).toThrow(expect.objectContaining({ code: 'PROXY_CONFIG_INVALID' }));
  });
});

describe('parseListen', () => {
  it.each([
    ['127.0.0.1:8080', '127.0.0.1', 8080],
    ['[::1]:0', '::1', 0],
    ['localhost:80', 'localhost', 80],
  ])('%s', (text, host, port) => expect(parseListen(text)).toEqual({ host, port }));
  it.each(['8080', ':80', '127.0.0.1', '127.0.0.1:99999', '::1:80', ''])('refuses %j', (text) => {
    expect(() => parseListen(text)).toThrow(expect.objectContaining({ code: 'PROXY_ADDRESS_INVALID' }));
  });
});
