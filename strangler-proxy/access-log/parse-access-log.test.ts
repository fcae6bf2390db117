import { describe, expect, it } from 'vitest';
import { parseAccessLogLine } from './parse-access-log.ts';

const expected = { method: 'GET', target: '/products/1?x=y', address: '10.0.0.7', status: 200 };

describe('parseAccessLogLine', () => {
  it.each([
    ['common', '10.0.0.7 - ann [25/Nov/2026:10:00:00 +0000] "GET /products/1?x=y HTTP/1.1" 200 512'],
    [
      'combined',
      '10.0.0.7 - - [25/Nov/2026:10:00:00 +0000] "GET /products/1?x=y HTTP/1.1" 200 5 "http://a/" "curl \\"x\\""',
    ],
    ['a user with a space', '10.0.0.7 - ann lee [25/Nov/2026:10:00:00 +0000] "GET /products/1?x=y HTTP/2.0" 200 5'],
    [
      'ECS, nested',
      '{"http":{"request":{"method":"GET"},"response":{"status_code":200}},"url":{"original":"/products/1?x=y"},"client":{"ip":"10.0.0.7"}}',
    ],
    [
      'ECS, dotted',
      '{"http.request.method":"GET","url.original":"/products/1?x=y","source.ip":"10.0.0.7","http.response.status_code":200}',
    ],
    ['NGINX', '{"remote_addr":"10.0.0.7","request":"GET /products/1?x=y HTTP/1.1","status":"200"}'],
    ['Caddy', '{"request":{"method":"GET","uri":"/products/1?x=y","remote_ip":"10.0.0.7"},"status":200}'],
    ['pino', '{"req":{"method":"get","url":"/products/1?x=y","remoteAddress":"10.0.0.7"},"res":{"statusCode":200}}'],
  ])('reads %s', (_name, line) => expect(parseAccessLogLine(line)).toMatchObject(expected));
  it('reads a virtual host and an unknown status', () => {
    const line = 'shop.test:443 10.0.0.7 - - [25/Nov/2026:10:00:00 +0000] "PUT / HTTP/1.1" - 0';
    expect(parseAccessLogLine(line)).toMatchObject({ host: 'shop.test:443', method: 'PUT', status: undefined });
  });
  it.each([
    '',
    'hello',
    '10.0.0.7 - - [x] "-" 408 0',
    '10.0.0.7 - - [x] "\\x16\\x03" 400 0',
    '{"a":1}',
    '{broken',
    '[]',
  ])('finds no request in %j', (line) => expect(parseAccessLogLine(line)).toBeUndefined());
});
