import type { ProxyRoute, RouteCondition, RouteMatch } from '../config/proxy-config.ts';
import { readValue, type MatchRequest } from './match-request.ts';

/** A match of a route with its place in the order of precedence: the lowest rank that fits is taken. */
export interface RankedMatch {
  readonly route: ProxyRoute;
  readonly match: RouteMatch;
  readonly rank: number;
}

/** Counts what a look-up touched, so that a test can show what it depends on. */
export interface StepCount {
  steps: number;
}

/** Matches by the values they ask for: one map a name, so that a thousand values cost as much as one. */
interface ValueNode {
  readonly next: Map<string, ValueNode>;
  /** In order of rank. */
  readonly matches: RankedMatch[];
}

/** All matches that ask for values of the same names. */
interface Shape {
  readonly asksMethod: boolean;
  readonly names: readonly RouteCondition[];
  readonly root: ValueNode;
  /** The lowest rank in it. */
  rank: number;
}

/**
 * The matches of one path, told apart by method and values. They are grouped by the names they ask for; each group is a
 * few map look-ups, so the cost grows with the number of different sets of names on one path, not with the matches.
 */
export class ConditionIndex {
  readonly #shapes: Shape[] = [];
  readonly #byNames = new Map<string, Shape>();

  /** In order of rank. */
  add(ranked: RankedMatch): void {
    const { methods, conditions = [] } = ranked.match;
    const exact = conditions.filter(({ value }) => value.kind === 'exact').toSorted(byKindAndName);
    const shape = this.#shapeOf(methods !== undefined, exact, ranked.rank);
    for (const method of methods ?? ['']) {
      let node = methods === undefined ? shape.root : childOf(shape.root, method);
      for (const { value } of exact) if (value.kind === 'exact') node = childOf(node, value.value);
      node.matches.push(ranked);
    }
  }

  match(request: MatchRequest, count: StepCount): RankedMatch | undefined {
    let best: RankedMatch | undefined;
    for (const shape of this.#shapes) {
      if (best !== undefined && best.rank < shape.rank) break;
      count.steps++;
      const found = matchShape(shape, request, count);
      if (found !== undefined && (best === undefined || found.rank < best.rank)) best = found;
    }
    return best;
  }

  #shapeOf(asksMethod: boolean, names: readonly RouteCondition[], rank: number): Shape {
    const key = JSON.stringify([asksMethod, ...names.map(({ kind, name }) => [kind, name])]);
    const known = this.#byNames.get(key);
    if (known !== undefined) return known;
    const made = { asksMethod, names, root: emptyNode(), rank };
    this.#byNames.set(key, made);
    this.#shapes.push(made);
    return made;
  }
}

function matchShape(shape: Shape, request: MatchRequest, count: StepCount): RankedMatch | undefined {
  let node: ValueNode | undefined = shape.root;
  if (shape.asksMethod) node = node.next.get(request.method);
  for (const { kind, name } of shape.names) {
    if (node === undefined) return undefined;
    count.steps++;
    const value = readValue(request, kind, name);
    node = value === undefined ? undefined : node.next.get(value);
  }
  if (node === undefined) return undefined;
  for (const ranked of node.matches) {
    count.steps++;
    if (fitsRest(ranked.match, request)) return ranked;
  }
  return undefined;
}

/** The conditions that no map can answer. */
function fitsRest({ conditions }: RouteMatch, request: MatchRequest): boolean {
  if (conditions === undefined) return true;
  for (const { kind, name, value } of conditions) {
    if (value.kind === 'exact') continue;
    const found = readValue(request, kind, name);
    if (found === undefined || (value.kind === 'regex' && !value.regex.matches(found))) return false;
  }
  return true;
}

function childOf(node: ValueNode, value: string): ValueNode {
  const known = node.next.get(value);
  if (known !== undefined) return known;
  const made = emptyNode();
  node.next.set(value, made);
  return made;
}

function emptyNode(): ValueNode {
  return { next: new Map(), matches: [] };
}

function byKindAndName(one: RouteCondition, other: RouteCondition): number {
  const [left, right] = [`${one.kind} ${one.name}`, `${other.kind} ${other.name}`];
  return left < right ? -1 : left > right ? 1 : 0;
}
