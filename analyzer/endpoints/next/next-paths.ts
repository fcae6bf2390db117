/** Where a file stands in a Next.js application: below which folder, and the path that it answers. */
export interface NextRoute {
  readonly kind: 'pages' | 'app';
  /** The folder of the application, with `/` at the end; `''` is the repository. */
  readonly root: string;
  readonly path: string;
}

/** The route of a file by its name alone (https://nextjs.org/docs/app/getting-started/project-structure). Undefined when it is none. */
export function nextRoute(module: string): NextRoute | undefined {
  const pages = /^((?:.*\/)?)(?:src\/)?pages\/(api\/.*|api)\.[cm]?[jt]sx?$/.exec(module);
  if (pages?.[2] !== undefined)
    return {
      kind: 'pages',
      root: rootOf(pages[1]),
      path: pathOf(pages[2].split('/').filter((segment, index, all) => segment !== 'index' || index < all.length - 1)),
    };
  const app = /^((?:.*?\/)?)(?:src\/)?app\/((?:.*\/)?)route\.[cm]?[jt]sx?$/.exec(module);
  if (app === null) return undefined;
  const segments = (app[2] ?? '').split('/').filter((segment) => segment !== '');
  // A folder that starts with an underscore is private.
  if (segments.some((segment) => segment.startsWith('_'))) return undefined;
  const shown = segments.filter((segment) => !/^\(\w[^)]*\)$/.test(segment) && !segment.startsWith('@'));
  return { kind: 'app', root: rootOf(app[1]), path: pathOf(shown) };
}

function rootOf(start: string | undefined): string {
  return (start ?? '').replace(/(^|\/)src\/$/, '$1');
}

/** `[id]` → `:id`, `[...path]` → `*path`, `[[...path]]` → `{*path}`, as Express 5 writes them. */
function pathOf(segments: readonly string[]): string {
  const written = segments.map((segment) =>
    decode(segment)
      .replace(/\[\[\.\.\.([^\]]+)\]\]/, '{*$1}')
      .replace(/\[\.\.\.([^\]]+)\]/, '*$1')
      .replaceAll(/\[([^\]]+)\]/g, ':$1'),
  );
  return `/${written.join('/')}`;
}

/** `%5Fhidden` is how a leading underscore is written. */
function decode(segment: string): string {
  return segment.replaceAll('%5F', '_');
}
