/**
 * Answers of a route whose weight decides by user: a shared cache in front of the proxy would hand one side's answer to the
 * users of the other. `private` keeps it out of shared caches; where the cache is declared to key on the sticky key, `Vary`
 * says so instead (RFC 9111 §4.1, §5.2.2.7).
 */
export function separateSides(headers: readonly string[], cacheKeyHeader: string | undefined): string[] {
  if (cacheKeyHeader !== undefined) {
    const varied = [...headers];
    addVary(varied, cacheKeyHeader);
    return varied;
  }
  const kept: string[] = [];
  let directives: string[] = [];
  for (let index = 0; index + 1 < headers.length; index += 2) {
    const name = headers[index] ?? '';
    const lower = name.toLowerCase();
    // RFC 9213 and its forerunners speak to shared caches alone, over the head of Cache-Control.
    if (lower.endsWith('cdn-cache-control') || lower === 'surrogate-control') continue;
    if (lower === 'cache-control') directives = [...directives, ...splitDirectives(headers[index + 1] ?? '')];
    else kept.push(name, headers[index + 1] ?? '');
  }
  const left = directives.filter(
    (directive) => !/^(?:public|s-maxage(?:=.*)?|proxy-revalidate|private(?:=.*)?)$/i.test(directive),
  );
  const closed = left.some((directive) => directive.toLowerCase() === 'no-store');
  kept.push('cache-control', (closed ? left : ['private', ...left]).join(', '));
  return kept;
}

/** At commas outside quotes: `private="set-cookie, x", max-age=5`. */
function splitDirectives(value: string): string[] {
  return (value.match(/(?:[^,"]|"(?:[^"\\]|\\.)*"?)+/g) ?? [])
    .map((directive) => directive.trim())
    .filter((directive) => directive !== '');
}

/** Adds a name to `Vary` unless it is there, or `*` is. Mutates `headers`. */
export function addVary(headers: string[], name: string): void {
  const lower = name.toLowerCase();
  for (let index = 0; index + 1 < headers.length; index += 2) {
    if (headers[index]?.toLowerCase() !== 'vary') continue;
    const listed = (headers[index + 1] ?? '').split(',').map((each) => each.trim().toLowerCase());
    if (listed.includes('*') || listed.includes(lower)) return;
  }
  headers.push('vary', name);
}
