import type { ProxyRoute, RouteMatch } from '../config/proxy-config.ts';

/** Finds the route of a request. Cost: one map look-up a path segment, whatever the number of routes. */
export interface RouteTable {
  match(path: string, method: string): ProxyRoute | undefined;
}

/** The routes of one path: those that name the method come first, then the one that takes every method. */
interface Leaf {
  readonly byMethod: Map<string, ProxyRoute>;
  any: ProxyRoute | undefined;
}

interface TrieNode {
  readonly children: Map<string, TrieNode>;
  leaf: Leaf | undefined;
}

/**
 * Compiles matches. Precedence, as Gateway API's HTTPRoute: an exact path before a prefix, a longer prefix before a shorter,
 * a match with methods before one without, then the order in the manifest. Prefixes match by whole segments. A path whose
 * routes name other methods does not match, and the next best path is tried.
 */
export function compileRouteTable(routes: readonly ProxyRoute[]): RouteTable {
  const exact = new Map<string, Leaf>();
  const root: TrieNode = { children: new Map(), leaf: undefined };
  for (const route of routes) {
    for (const match of route.matches) {
      const leaf =
        match.path.kind === 'exact' ? exactLeaf(exact, match.path.value) : prefixLeaf(root, match.path.value);
      addRoute(leaf, route, match);
    }
  }
  return {
    match: (path, method) => routeAt(exact.get(path), method) ?? matchPrefix(root, path, method),
  };
}

function exactLeaf(exact: Map<string, Leaf>, path: string): Leaf {
  const found = exact.get(path);
  if (found !== undefined) return found;
  const leaf: Leaf = { byMethod: new Map(), any: undefined };
  exact.set(path, leaf);
  return leaf;
}

function prefixLeaf(root: TrieNode, prefix: string): Leaf {
  let node = root;
  for (const segment of prefix.split('/').filter((part) => part !== '')) {
    let child = node.children.get(segment);
    if (child === undefined) {
      child = { children: new Map(), leaf: undefined };
      node.children.set(segment, child);
    }
    node = child;
  }
  node.leaf ??= { byMethod: new Map(), any: undefined };
  return node.leaf;
}

/** The first declared wins. */
function addRoute(leaf: Leaf, route: ProxyRoute, match: RouteMatch): void {
  if (match.methods === undefined) {
    leaf.any ??= route;
    return;
  }
  for (const method of match.methods) {
    if (!leaf.byMethod.has(method)) leaf.byMethod.set(method, route);
  }
}

function routeAt(leaf: Leaf | undefined, method: string): ProxyRoute | undefined {
  return leaf === undefined ? undefined : (leaf.byMethod.get(method) ?? leaf.any);
}

function matchPrefix(root: TrieNode, path: string, method: string): ProxyRoute | undefined {
  let best = routeAt(root.leaf, method);
  let node: TrieNode | undefined = root;
  let start = 1;
  while (start < path.length) {
    let end = path.indexOf('/', start);
    if (end === -1) end = path.length;
    node = node.children.get(path.slice(start, end));
    if (node === undefined) break;
    best = routeAt(node.leaf, method) ?? best;
    start = end + 1;
  }
  return best;
}
