import { TraceFlags, type SpanContext } from '@opentelemetry/api';
import { headerValue } from '../routing/match-request.ts';

/** How a client names its trace. Both are answered in kind. */
export interface IncomingTrace {
  readonly parent: SpanContext | undefined;
  readonly b3: 'none' | 'single' | 'multi';
}

/** W3C `traceparent` first, then B3 in one header or several (github.com/openzipkin/b3-propagation). What is malformed counts as absent. */
export function readTrace(rawHeaders: readonly string[]): IncomingTrace {
  const single = headerValue(rawHeaders, 'b3');
  const traceId = headerValue(rawHeaders, 'x-b3-traceid');
  const b3 = single !== undefined ? 'single' : traceId !== undefined ? 'multi' : 'none';
  const [, traced, parent, flags] =
    /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:-|$)/.exec(
      headerValue(rawHeaders, 'traceparent') ?? '',
    ) ?? [];
  if (traced !== undefined && parent !== undefined && flags !== undefined)
    return { parent: contextOf(traced, parent, (Number.parseInt(flags, 16) & 1) === 1), b3 };
  const [id = '', span = '', sampled] =
    single === undefined
      ? [
          traceId,
          headerValue(rawHeaders, 'x-b3-spanid'),
          headerValue(rawHeaders, 'x-b3-sampled') ?? headerValue(rawHeaders, 'x-b3-flags'),
        ]
      : single.split('-');
  return {
    parent: contextOf(
      id.toLowerCase().padStart(id === '' ? 0 : 32, '0'),
      span.toLowerCase(),
      /^[1d]$|^true$/.test(sampled ?? ''),
    ),
    b3,
  };
}

function contextOf(traceId: string, spanId: string, sampled: boolean): SpanContext | undefined {
  if (!/^[0-9a-f]{32}$/.test(traceId) || !/^[0-9a-f]{16}$/.test(spanId) || /^0+$/.test(traceId) || /^0+$/.test(spanId))
    return undefined;
  return { traceId, spanId, traceFlags: sampled ? TraceFlags.SAMPLED : TraceFlags.NONE, isRemote: true };
}

const traceHeaders = new Set([
  'traceparent',
  'b3',
  'x-b3-traceid',
  'x-b3-spanid',
  'x-b3-parentspanid',
  'x-b3-sampled',
  'x-b3-flags',
]);

/** Headers (flat) that name this span as the parent, in the client's words. `tracestate` stays as it came. */
export function writeTrace(headers: readonly string[], span: SpanContext, b3: IncomingTrace['b3']): string[] {
  const kept: string[] = [];
  for (let index = 0; index + 1 < headers.length; index += 2) {
    const name = headers[index] ?? '';
    if (!traceHeaders.has(name.toLowerCase())) kept.push(name, headers[index + 1] ?? '');
  }
  const sampled = (span.traceFlags & TraceFlags.SAMPLED) === TraceFlags.SAMPLED ? '1' : '0';
  kept.push('traceparent', `00-${span.traceId}-${span.spanId}-0${sampled}`);
  if (b3 === 'single') kept.push('b3', `${span.traceId}-${span.spanId}-${sampled}`);
  if (b3 === 'multi') kept.push('x-b3-traceid', span.traceId, 'x-b3-spanid', span.spanId, 'x-b3-sampled', sampled);
  return kept;
}
