/** `/orders` and `/:id` → `/orders/:id`; `/` at an end adds nothing. */
export function joinPaths(prefix: string, path: string): string {
  const left = prefix.replace(/\/+$/, '');
  if (path === '' || path === '/') return left === '' ? '/' : left;
  if (path.startsWith('/') && !path.startsWith('//')) return left + path.replace(/(.)\/+$/, '$1');
  return `${left}/${path}`;
}
