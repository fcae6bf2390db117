const mask = '***';

/** `scheme://user:password@` anywhere in a text; the password ends at the last `@` before a slash, space or quote. */
const urlPassword = /\b([a-z][a-z0-9+.-]*:\/\/[^\s:/?#@"'`]*):[^\s/"'`]*@/gi;
/** `password=…` as in connection strings and query strings. */
const assignedPassword =
  /\b(password|passwd|pwd|secret|token|access_token|api[-_]?key)=("[^"]*"|'[^']*'|[^\s&;,"')]+)/gi;
const authorization = /\b(bearer|basic)\s+[a-z0-9._~+/=-]{8,}/gi;

/** A text without the passwords that URLs, connection strings and authorization headers in it carry. */
export function redactText(text: string): string {
  return text
    .replace(urlPassword, (_, before: string) => `${before}:${mask}@`)
    .replace(assignedPassword, (_, name: string) => `${name}=${mask}`)
    .replace(authorization, (_, scheme: string) => `${scheme} ${mask}`);
}

const secretKey = /passw(or)?d|secret|token|authorization|cookie|credential|private_?key|api_?key/i;
const maxDepth = 8;
const maxEntries = 200;

/**
 * Copies a value for a log line: what stands under a key that names a secret is masked, texts lose their passwords, and the
 * columns declared `sensitive:` (`schema.table.column`) are masked by their full name, by `table.column` and by the bare name.
 * Errors keep name, code, message, hint, details, stack and causes. Deep, wide and circular values are cut.
 */
export function createRedactor(sensitive: readonly string[] = []): (value: unknown, key?: string) => unknown {
  const columns = new Set(
    sensitive.flatMap((column) => {
      const parts = column.toLowerCase().split('.');
      return parts.map((_, at) => parts.slice(at).join('.'));
    }),
  );
  const isSecret = (key: string) => secretKey.test(key) || columns.has(key.toLowerCase());

  const copy = (value: unknown, key: string, above: readonly object[]): unknown => {
    if (isSecret(key) && value !== null && value !== undefined && typeof value !== 'boolean') return mask;
    if (typeof value === 'string') return redactText(value);
    if (typeof value === 'bigint') return String(value);
    if (typeof value === 'function' || typeof value === 'symbol') return undefined;
    if (typeof value !== 'object' || value === null) return value;
    if (above.includes(value)) return '[circular]';
    if (above.length >= maxDepth) return '[deep]';
    const inside = [...above, value];
    if (value instanceof Error) return copyError(value, inside);
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
    if (value instanceof URL) return redactText(value.href);
    if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
    if (value instanceof Map)
      return copyEntries(
        [...value].map(([name, item]) => [String(name), item]),
        inside,
      );
    if (value instanceof Set) return copyList([...value], inside);
    if (Array.isArray(value)) return copyList(value, inside);
    return copyEntries(Object.entries(value), inside);
  };

  const copyList = (items: readonly unknown[], above: readonly object[]) => {
    const kept = items.slice(0, maxEntries).map((item) => copy(item, '', above));
    return items.length > maxEntries ? [...kept, `[${items.length - maxEntries} more]`] : kept;
  };

  const copyEntries = (entries: readonly (readonly [string, unknown])[], above: readonly object[]) =>
    Object.fromEntries(entries.slice(0, maxEntries).map(([name, item]) => [name, copy(item, name, above)]));

  const copyError = (error: Error, above: readonly object[]): unknown => {
    const own = Object.entries(error).filter(([name]) => name !== 'stack' && name !== 'message');
    return {
      name: error.name,
      message: redactText(error.message),
      ...copyEntries(own, above),
      stack: redactText(error.stack ?? ''),
      ...(error.cause === undefined ? {} : { cause: copy(error.cause, 'cause', above) }),
      ...(error instanceof AggregateError ? { errors: copyList(error.errors, above) } : {}),
    };
  };

  return (value, key = '') => copy(value, key, []);
}
