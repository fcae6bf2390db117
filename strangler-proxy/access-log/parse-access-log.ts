/** A request as a log remembers it. */
export interface LoggedRequest {
  readonly method: string;
  /** Path and query, or what the client sent in their place. */
  readonly target: string;
  /** Undefined: the log doesn't say. */
  readonly host: string | undefined;
  readonly address: string | undefined;
  readonly status: number | undefined;
}

/**
 * Reads a line of an access log: Common Log Format, the combined one, or JSON with the names of ECS (nested or dotted) or of
 * NGINX, Caddy and pino. Undefined: the line is none of them.
 */
export function parseAccessLogLine(line: string): LoggedRequest | undefined {
  const text = line.trim();
  return text.startsWith('{') ? parseJsonLine(text) : parseCommonLine(text);
}

/** `address ident user [time] "GET /path HTTP/1.1" status bytes …`; a virtual host may stand in front, as Apache's vhost_combined has it. */
function parseCommonLine(line: string): LoggedRequest | undefined {
  const found = /^(?:(\S+:\d+) )?(\S+) \S+ .*?\[[^\]]*\] "((?:[^"\\]|\\.)*)" (\d{3}|-)/.exec(line);
  const [, host, address, request = '', status] = found ?? [];
  const [, method, target] = /^([A-Z]+) (\S+)(?: HTTP\/[\d.]+)?$/.exec(request) ?? [];
  if (method === undefined || target === undefined) return undefined;
  return { method, target, host, address, status: status === '-' ? undefined : Number(status) };
}

function parseJsonLine(line: string): LoggedRequest | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  const text = (...names: readonly string[]) =>
    names.map((name) => at(value, name)).find((found) => typeof found === 'string');
  const number = (...names: readonly string[]) =>
    Number(names.map((name) => at(value, name)).find((found) => found !== undefined));
  const [fromLine, targetOfLine] = /^([A-Z]+) (\S+)/.exec(String(text('request') ?? ''))?.slice(1) ?? [];
  const method = text('http.request.method', 'request_method', 'request.method', 'req.method', 'method') ?? fromLine;
  const target = text('url.original', 'request_uri', 'request.uri', 'req.url', 'url', 'uri', 'path') ?? targetOfLine;
  if (typeof method !== 'string' || typeof target !== 'string') return undefined;
  const status = number('http.response.status_code', 'status', 'status_code', 'res.statusCode');
  return {
    method: method.toUpperCase(),
    target,
    host: textOr(text('url.domain', 'host', 'request.host', 'req.headers.host', 'http_host')),
    address: textOr(
      text('client.ip', 'client.address', 'source.ip', 'remote_addr', 'request.remote_ip', 'req.remoteAddress', 'ip'),
    ),
    status: Number.isFinite(status) ? status : undefined,
  };
}

const textOr = (value: unknown) => (typeof value === 'string' ? value : undefined);

/** `a.b` is the key `a.b`, or `b` inside `a`. */
function at(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  const record = value as Readonly<Record<string, unknown>>;
  if (record[name] !== undefined) return record[name];
  const dot = name.indexOf('.');
  return dot === -1 ? undefined : at(record[name.slice(0, dot)], name.slice(dot + 1));
}
