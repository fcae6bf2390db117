import { splitPort } from '../filters/client-view.ts';
import { mapPath, mapReference, namesBackend, type PublicNames } from './public-names.ts';

/**
 * An answer's headers (flat) with the client's names instead of the backend's: Location, Content-Location, Refresh, Link,
 * Set-Cookie (Domain, Path) and Content-Security-Policy. `namesOf` is asked only when there is one of them. Mutates `headers`.
 */
export function rewriteAnswer(headers: string[], namesOf: () => PublicNames): void {
  let names: PublicNames | undefined;
  for (let index = 0; index + 1 < headers.length; index += 2) {
    const rewrite = rewriterOf(headers[index] ?? '');
    if (rewrite === undefined) continue;
    names ??= namesOf();
    headers[index + 1] = rewrite(headers[index + 1] ?? '', names);
  }
}

type Rewriter = (value: string, names: PublicNames) => string;

/** By length first: most headers are none of these. */
function rewriterOf(name: string): Rewriter | undefined {
  switch (name.length) {
    case 4:
      return name.toLowerCase() === 'link' ? rewriteLink : undefined;
    case 7:
      return name.toLowerCase() === 'refresh' ? rewriteRefresh : undefined;
    case 8:
      return name.toLowerCase() === 'location' ? mapReference : undefined;
    case 10:
      return name.toLowerCase() === 'set-cookie' ? rewriteCookie : undefined;
    case 16:
      return name.toLowerCase() === 'content-location' ? mapReference : undefined;
    case 23:
      return name.toLowerCase() === 'content-security-policy' ? rewritePolicy : undefined;
    case 35:
      return name.toLowerCase() === 'content-security-policy-report-only' ? rewritePolicy : undefined;
    default:
      return undefined;
  }
}

/** `<target>; rel="next", <…>` (RFC 8288 §3): targets stand in angle brackets, quoted parameters are left alone. */
function rewriteLink(value: string, names: PublicNames): string {
  return value.replace(/"(?:[^"\\]|\\.)*"|<([^>]*)>/g, (whole, target: string | undefined) =>
    target === undefined ? whole : `<${mapReference(target.trim(), names)}>`,
  );
}

/** `5; url=/next`, the form that browsers read. */
function rewriteRefresh(value: string, names: PublicNames): string {
  const [, before, quote, target, after] = /^(\s*[\d.]+\s*[;,]\s*url\s*=\s*)(["']?)(.*?)(\2\s*)$/i.exec(value) ?? [];
  if (before === undefined || target === undefined) return value;
  return `${before}${quote ?? ''}${mapReference(target, names)}${after ?? ''}`;
}

/**
 * A Domain that the client's host is not in would make browsers drop the cookie: it is left out, and the cookie belongs to the
 * client's host alone. A Path is mapped; one above the rewritten prefix becomes the client's prefix.
 */
function rewriteCookie(value: string, names: PublicNames): string {
  const [pair = '', ...attributes] = value.split(';');
  const host = splitPort(names.client.host).name.toLowerCase();
  const kept = attributes.flatMap((attribute) => {
    const [, name, found] = /^\s*(domain|path)\s*=\s*(.*?)\s*$/i.exec(attribute) ?? [];
    if (name === undefined || found === undefined) return [attribute];
    if (name.toLowerCase() === 'path') return [` ${name}=${mapCookiePath(found, names)}`];
    const domain = found.replace(/^\./, '').toLowerCase();
    const isBackends = names.backendAuthorities.some((authority) => isWithin(splitPort(authority).name, domain));
    return isBackends && !isWithin(host, domain) ? [] : [attribute];
  });
  return [pair, ...kept].join(';');
}

function isWithin(host: string, domain: string): boolean {
  return host === domain || host.endsWith(`.${domain}`);
}

function mapCookiePath(path: string, names: PublicNames): string {
  if (names.path === undefined || path === '/' || !path.startsWith('/')) return path;
  const trimmed = path.endsWith('/') ? path.slice(0, -1) : path;
  if (names.path.backend.startsWith(`${trimmed}/`)) return names.path.client === '' ? '/' : names.path.client;
  return mapPath(path, names);
}

/** Sources are words between spaces and semicolons; only those that name the backend change (CSP 3 §2.3.1). */
function rewritePolicy(value: string, names: PublicNames): string {
  return value.replace(/[^\s;,]+/g, (word) => {
    if (/^https?:\/\//i.test(word)) return mapReference(word, names);
    const [authority = '', ...path] = word.split('/');
    if (!/^[\w.-]+(?::\d+)?$/.test(authority) || !/[.:]/.test(authority) || !namesBackend(authority, undefined, names))
      return word;
    return names.client.host + (path.length === 0 ? '' : mapPath(`/${path.join('/')}`, names));
  });
}
