import { silentLogger } from '@overgrow/core';
import { mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startHttpBackend } from '../test-support/backend-server.ts';
import { startManifestProxy } from '../test-support/manifest-proxy-server.ts';
import { exchangeRaw } from '../test-support/raw-client.ts';
import { createAccessLog } from './access-log-sink.ts';
import type { ExchangeRecord } from './exchange-record.ts';
import { parseAccessLogLine } from './parse-access-log.ts';
import { renderAccessLogLine } from './render-access-log.ts';

const record: ExchangeRecord = {
  startMs: Date.UTC(2026, 10, 5, 9, 8, 7),
  durationMs: 1.5,
  method: 'GET',
  target: '/products/1?x=y',
  host: 'shop.test',
  httpVersion: '1.1',
  status: 200,
  bytes: 12,
  clientAddress: '10.0.0.7',
  requestId: 'id-1',
  route: 'products',
  backend: 'catalog',
  reason: 'service-owns',
  userAgent: 'a "b" \\ \u00e9',
  referer: undefined,
  traceId: undefined,
};

describe('renderAccessLogLine', () => {
  it('writes the combined format, in which no client can end a line', () => {
    expect(renderAccessLogLine(record, 'combined')).toBe(
      '10.0.0.7 - - [05/Nov/2026:09:08:07 +0000] "GET /products/1?x=y HTTP/1.1" 200 12 "-" "a \\"b\\" \\\\ \\xe9"\n',
    );
    const hostile = renderAccessLogLine({ ...record, status: 0, userAgent: 'x\r\n1.2.3.4 - -' }, 'combined');
    expect(hostile.split('\n')).toHaveLength(2);
    expect(hostile).toContain('" 499 12 ');
  });
  it('writes JSON with the names of ECS', () => {
    const line = renderAccessLogLine(record, 'ecs');
    expect(JSON.parse(line)).toMatchObject({
      '@timestamp': '2026-11-05T09:08:07.000Z',
      event: { outcome: 'success', duration: 1_500_000 },
      http: {
        version: '1.1',
        request: { method: 'GET', id: 'id-1' },
        response: { status_code: 200, body: { bytes: 12 } },
      },
      url: { original: '/products/1?x=y', path: '/products/1', query: 'x=y', domain: 'shop.test' },
      client: { address: '10.0.0.7' },
      overgrow: { route: 'products', backend: 'catalog', reason: 'service-owns' },
    });
  });
  it.each(['ecs', 'combined'] as const)('%s is what simulate reads', (format) => {
    const { method, target, status } = record;
    expect(parseAccessLogLine(renderAccessLogLine(record, format))).toMatchObject({
      method,
      target,
      status,
      address: '10.0.0.7',
    });
  });
});

describe('the access log', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'overgrow-access-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('goes on in a new file after a rotation', async () => {
    const file = path.join(folder, 'access.log');
    const log = createAccessLog({ format: 'combined', file, logger: silentLogger, onDropped: () => {} });
    log.write(record);
    await log.stop();
    await rename(file, `${file}.1`);
    log.write({ ...record, target: '/second' });
    await log.stop();
    expect(await readFile(`${file}.1`, 'utf8')).toContain('/products/1');
    expect(await readFile(file, 'utf8')).toContain('/second');
  });

  it('drops and counts what a full disk does not take, and nobody waits', async () => {
    let dropped = 0;
    // Linux's own full disk: every write to it fails with ENOSPC.
    const log = createAccessLog({
      format: 'ecs',
      file: '/dev/full',
      logger: silentLogger,
      onDropped: (lines) => (dropped += lines),
    });
    for (let index = 0; index < 20_000; index++) log.write(record);
    await log.stop();
    expect(dropped).toBe(20_000);
  });

  it('tells of each exchange through a real proxy, and a full disk cuts none', async () => {
    await using backend = await startHttpBackend((_request, response) => void response.end('hello'));
    const file = path.join(folder, 'access.log');
    const routes = [{ name: 'products', matches: [{ path: { prefix: '/products' } }] }];
    const ask = (port: number) =>
      exchangeRaw(port, 'GET /products?x=1 HTTP/1.1\r\nHost: shop.test\r\nUser-Agent: ua\r\nConnection: close\r\n\r\n');
    {
      await using subject = await startManifestProxy({
        monolith: backend.origin,
        routes,
        proxy: { accessLog: { file } },
      });
      await ask(subject.port);
    }
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({
      http: { response: { status_code: 200, body: { bytes: 5 } } },
      url: { original: '/products?x=1', domain: 'shop.test' },
      client: { address: '127.0.0.1' },
      user_agent: { original: 'ua' },
      overgrow: { route: 'products', backend: 'monolith', reason: 'weight-is-zero' },
    });
    await using subject = await startManifestProxy({
      monolith: backend.origin,
      routes,
      proxy: { accessLog: { format: 'combined', file: '/dev/full' } },
    });
    for (let index = 0; index < 5; index++) expect(await ask(subject.port)).toContain('hello');
    await subject.proxy.stop();
    expect(await subject.proxy.metrics.metrics()).toContain('overgrow_proxy_access_log_dropped_total 5');
  });
});
