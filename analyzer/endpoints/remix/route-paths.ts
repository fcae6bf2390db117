/** The folder that a Remix or React Router application lies in (its `app`), and what is below its `routes`. */
export function routeFile(module: string): { readonly app: string; readonly below: string } | undefined {
  const match = /^((?:.*\/)?app\/)routes\/(.+)\.[cm]?[jt]sx?$/.exec(module);
  return match?.[1] === undefined || match[2] === undefined ? undefined : { app: match[1], below: match[2] };
}

/**
 * The path of a route file by its name: flat routes (https://v2.remix.run/docs/file-conventions/routes), folders with a
 * `route` file, folders that end in `+` of remix-flat-routes, and with `nested` the folders of Remix 1. Undefined for files that
 * only lie beside a route.
 */
export function routePath(below: string, nested: boolean): string | undefined {
  const folders = below.split('/');
  const file = folders.pop() ?? '';
  const hybrid = folders.filter((folder) => folder.endsWith('+'));
  const names: string[] = folders.map((folder) => folder.replace(/\+$/, ''));
  if (folders.length === hybrid.length || nested) names.push(file);
  else if (/^_?(?:route|layout|index)$/.test(file) && folders.length === hybrid.length + 1) {
    // The folder is the route.
  } else return undefined;
  const segments = names.flatMap((name) => splitSegments(name)).flatMap((segment) => segmentPath(segment, nested));
  return `/${segments.join('/')}`;
}

/** Split at dots outside of brackets: `api.v1.$id`, `sitemap[.]xml`. */
function splitSegments(name: string): string[] {
  return name.match(/(?:\[[^\]]*\]|[^.[])+/g) ?? [];
}

function segmentPath(segment: string, nested: boolean): string[] {
  if (/^(?:_?index|__.+|_[^.]*|route|layout)$/.test(segment) && !segment.startsWith('[')) return [];
  if (nested && segment === 'index') return [];
  const optional = /^\((.+)\)$/.exec(segment);
  const name = (optional?.[1] ?? segment).replace(/_$/, '');
  const plain = name.replaceAll(/\[([^\]]*)\]/g, '$1');
  const path = name === '$' ? '*' : name.startsWith('$') ? `:${plain.slice(1)}` : plain;
  return [optional === null ? path : `${path}?`];
}
