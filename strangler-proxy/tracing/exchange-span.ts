import {
  ProxyTracerProvider,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Span,
  type Tracer,
} from '@opentelemetry/api';
import type { ExchangeRecord } from '../access-log/exchange-record.ts';
import type { MatchRequest } from '../routing/match-request.ts';
import { readTrace, writeTrace, type IncomingTrace } from './trace-context.ts';

/** The tracer of the SDK that this process has registered, if any. Without one, nothing is traced, and trace headers pass as they came. */
export function registeredTracer(): Tracer | undefined {
  const provider = trace.getTracerProvider();
  return provider instanceof ProxyTracerProvider
    ? provider.getDelegateTracer('overgrow')
    : provider.getTracer('overgrow');
}

/** One exchange as a server span, with the names of OpenTelemetry's HTTP conventions. */
export class ExchangeSpan {
  readonly #span: Span;
  readonly #b3: IncomingTrace['b3'];

  constructor(tracer: Tracer, request: MatchRequest) {
    const { parent, b3 } = readTrace(request.rawHeaders);
    this.#b3 = b3;
    const context = parent === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, parent);
    const attributes = {
      'http.request.method': request.method,
      'url.path': request.path,
      'server.address': request.host,
    };
    this.#span = tracer.startSpan(request.method, { kind: SpanKind.SERVER, attributes }, context);
  }

  get traceId(): string {
    return this.#span.spanContext().traceId;
  }

  /** Headers (flat) for the backend: this span is the parent of what it does. */
  nameIn(headers: readonly string[]): string[] {
    return writeTrace(headers, this.#span.spanContext(), this.#b3);
  }

  end(record: ExchangeRecord): void {
    const { status, route, backend, reason } = record;
    this.#span.updateName(`${record.method} ${route}`);
    this.#span.setAttributes({
      'http.response.status_code': status,
      'network.protocol.version': record.httpVersion,
      'client.address': record.clientAddress,
      'overgrow.route': route,
      ...(backend === undefined ? {} : { 'overgrow.backend': backend }),
      ...(reason === undefined ? {} : { 'overgrow.reason': reason }),
    });
    if (status >= 500 || status === 0) this.#span.setStatus({ code: SpanStatusCode.ERROR });
    this.#span.end();
  }
}
