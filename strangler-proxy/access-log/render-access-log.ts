import type { ExchangeRecord } from './exchange-record.ts';

export type AccessLogFormat = 'ecs' | 'combined';

/** One line with its end. A client's octets cannot end it: JSON escapes them, and so does `quoted`. */
export function renderAccessLogLine(record: ExchangeRecord, format: AccessLogFormat): string {
  return format === 'ecs' ? renderEcs(record) : renderCombined(record);
}

/** JSON with the names of the Elastic Common Schema 8; what is ours stands below `overgrow`. */
function renderEcs(record: ExchangeRecord): string {
  const [path = '', query] = record.target.split(/\?(.*)/s);
  return `${JSON.stringify({
    '@timestamp': new Date(record.startMs).toISOString(),
    'ecs.version': '8.11.0',
    event: {
      kind: 'event',
      category: ['web'],
      type: ['access'],
      outcome: record.status === 0 ? 'unknown' : record.status < 500 ? 'success' : 'failure',
      // ECS counts nanoseconds.
      duration: Math.round(record.durationMs * 1e6),
    },
    http: {
      version: record.httpVersion,
      request: { method: record.method, id: record.requestId, referrer: record.referer },
      response: { status_code: record.status, body: { bytes: record.bytes } },
    },
    url: { original: record.target, path, query, domain: record.host },
    client: { address: record.clientAddress },
    user_agent: record.userAgent === undefined ? undefined : { original: record.userAgent },
    trace: record.traceId === undefined ? undefined : { id: record.traceId },
    overgrow: { route: record.route, backend: record.backend, reason: record.reason },
  })}\n`;
}

/** Apache's combined format. A client that left is 499, as NGINX has it: the format knows no other word. */
function renderCombined(record: ExchangeRecord): string {
  const request = quoted(`${record.method} ${record.target} HTTP/${record.httpVersion}`);
  const end = `${quoted(record.referer ?? '-')} ${quoted(record.userAgent ?? '-')}`;
  return `${record.clientAddress || '-'} - - [${renderTime(record.startMs)}] ${request} ${record.status || 499} ${record.bytes} ${end}\n`;
}

function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&').replace(/[^\x20-\x7e]/g, (octet) => `\\x${octet.charCodeAt(0).toString(16).padStart(2, '0')}`)}"`;
}

/** `25/Nov/2026:10:00:00 +0000` */
function renderTime(ms: number): string {
  const [, day, month, year, time] = /^\w+, (\d+) (\w+) (\d+) ([\d:]+)/.exec(new Date(ms).toUTCString()) ?? [];
  return `${day}/${month}/${year}:${time} +0000`;
}
