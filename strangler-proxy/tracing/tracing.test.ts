import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { describe, expect, it } from 'vitest';
import { startHttpBackend } from '../test-support/backend-server.ts';
import { startManifestProxy } from '../test-support/manifest-proxy-server.ts';
import { exchangeRaw } from '../test-support/raw-client.ts';
import { readTrace, writeTrace } from './trace-context.ts';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const spanId = 'b7ad6b7169203331';

describe('readTrace', () => {
  it.each([
    [['traceparent', `00-${traceId}-${spanId}-01`], traceId, 1, 'none'],
    [['traceparent', `00-${traceId}-${spanId}-00`], traceId, 0, 'none'],
    [['b3', `${traceId}-${spanId}-1`], traceId, 1, 'single'],
    [['b3', `${traceId}-${spanId}-d-00000000000000aa`], traceId, 1, 'single'],
    [
      ['X-B3-TraceId', traceId.slice(16), 'X-B3-SpanId', spanId, 'X-B3-Sampled', '1'],
      `${'0'.repeat(16)}${traceId.slice(16)}`,
      1,
      'multi',
    ],
  ] as const)('%j', (headers, id, traceFlags, b3) => {
    expect(readTrace(headers)).toEqual({ b3, parent: { traceId: id, spanId, traceFlags, isRemote: true } });
  });
  it.each([
    ['traceparent', 'garbage'],
    ['traceparent', `00-${'0'.repeat(32)}-${spanId}-01`],
    ['b3', '0'],
    ['b3', 'x-y-z'],
    ['x', 'y'],
  ])('takes %s: %s for absent', (...headers) => expect(readTrace(headers).parent).toBeUndefined());
  it('writes what it reads', () => {
    const span = { traceId, spanId, traceFlags: 1 };
    for (const b3 of ['none', 'single', 'multi'] as const)
      expect(readTrace(writeTrace(['Traceparent', 'old', 'B3', 'old', 'Accept', 'x'], span, b3))).toMatchObject({
        b3,
        parent: span,
      });
  });
});

describe('spans, through a real proxy', () => {
  it('stand between the client and the backend', async () => {
    const exporter = new InMemorySpanExporter();
    const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
    const seen: (string | undefined)[] = [];
    await using backend = await startHttpBackend((request, response) => {
      seen.push(request.headers['traceparent'] as string, request.headers['b3'] as string);
      response.statusCode = request.url === '/products/broken' ? 500 : 200;
      response.end();
    });
    const routes = [{ name: 'products', matches: [{ path: { prefix: '/products' } }] }];
    await using subject = await startManifestProxy({
      monolith: backend.origin,
      routes,
      options: { tracer: provider.getTracer('test') },
    });
    const ask = (target: string, ...lines: string[]) =>
      exchangeRaw(
        subject.port,
        [`GET ${target} HTTP/1.1`, 'Host: shop.test', 'Connection: close', ...lines, '', ''].join('\r\n'),
      );
    await ask('/products/1', `b3: ${traceId}-${spanId}-1`);
    await ask('/products/broken');
    const [span, broken] = exporter.getFinishedSpans();
    expect(span).toMatchObject({
      name: 'GET products',
      kind: SpanKind.SERVER,
      parentSpanContext: { traceId, spanId },
      attributes: {
        'http.request.method': 'GET',
        'url.path': '/products/1',
        'http.response.status_code': 200,
        'overgrow.route': 'products',
        'overgrow.backend': 'monolith',
      },
    });
    const own = span?.spanContext().spanId;
    expect(seen.slice(0, 2)).toEqual([`00-${traceId}-${own}-01`, `${traceId}-${own}-1`]);
    expect(seen.slice(2)).toEqual([
      `00-${broken?.spanContext().traceId}-${broken?.spanContext().spanId}-01`,
      undefined,
    ]);
    expect(broken).toMatchObject({ status: { code: SpanStatusCode.ERROR }, parentSpanContext: undefined });
    await provider.shutdown();
  });
});
