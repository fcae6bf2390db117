import type { LinearRegex } from '@overgrow/core';
import { ConditionIndex, type RankedMatch, type StepCount } from './condition-index.ts';
import { literalSegments } from './literal-segments.ts';
import { grpcCallOf, type MatchRequest } from './match-request.ts';

interface PathNode {
  readonly children: Map<string, PathNode>;
  /** Matches with this prefix. */
  prefix: ConditionIndex | undefined;
  /** Expressions that begin with the segments up to here, by their text. */
  readonly regexes: Map<string, { readonly regex: LinearRegex; readonly index: ConditionIndex }>;
}

/**
 * The matches of one host. An exact path is one map look-up, a prefix one a segment, an expression is tried only where its
 * literal beginning leads, a gRPC call is four look-ups.
 */
export class PathIndex {
  readonly #exact = new Map<string, ConditionIndex>();
  readonly #root = emptyNode();
  /** Service → method; the empty name stands for every one. */
  readonly #grpc = new Map<string, Map<string, ConditionIndex>>();
  #hasRegexes = false;

  /** `ranked` in order of rank. */
  constructor(ranked: readonly RankedMatch[]) {
    for (const each of ranked) this.#indexOf(each).add(each);
  }

  match(request: MatchRequest, count: StepCount): RankedMatch | undefined {
    const call = this.#grpc.size === 0 ? undefined : grpcCallOf(request);
    return (
      (call === undefined ? undefined : this.#matchCall(call, request, count)) ??
      this.#matchExact(request, count) ??
      (this.#hasRegexes ? matchRegexes(this.#root, request, 1, count) : undefined) ??
      matchPrefixes(this.#root, request, 1, count)
    );
  }

  #matchCall(
    call: { readonly service: string; readonly method: string },
    request: MatchRequest,
    count: StepCount,
  ): RankedMatch | undefined {
    const of = (service: string, method: string) => {
      count.steps++;
      return this.#grpc.get(service)?.get(method)?.match(request, count);
    };
    return of(call.service, call.method) ?? of(call.service, '') ?? of('', call.method) ?? of('', '');
  }

  #matchExact(request: MatchRequest, count: StepCount): RankedMatch | undefined {
    count.steps++;
    return this.#exact.get(request.path)?.match(request, count);
  }

  #indexOf({ match: { path, grpc } }: RankedMatch): ConditionIndex {
    if (grpc !== undefined) {
      const methods = upsert(this.#grpc, grpc.service ?? '', () => new Map<string, ConditionIndex>());
      return upsert(methods, grpc.method ?? '', () => new ConditionIndex());
    }
    if (path.kind !== 'regex') {
      if (path.kind === 'exact') return upsert(this.#exact, path.value, () => new ConditionIndex());
      return (this.#nodeOf(path.value.split('/')).prefix ??= new ConditionIndex());
    }
    this.#hasRegexes = true;
    const { regex } = path;
    const { regexes } = this.#nodeOf(literalSegments(regex.pattern));
    return upsert(regexes, regex.pattern, () => ({ regex, index: new ConditionIndex() })).index;
  }

  #nodeOf(segments: readonly string[]): PathNode {
    let node = this.#root;
    for (const segment of segments) if (segment !== '') node = upsert(node.children, segment, emptyNode);
    return node;
  }
}

/** The deepest prefix is the longest, so it is asked first. `start`: where the next segment begins. */
function matchPrefixes(
  node: PathNode,
  request: MatchRequest,
  start: number,
  count: StepCount,
): RankedMatch | undefined {
  count.steps++;
  const child = childAt(node, request.path, start);
  const deeper = child === undefined ? undefined : matchPrefixes(child, request, endOf(request.path, start) + 1, count);
  return deeper ?? node.prefix?.match(request, count);
}

/** Expressions at different depths compete by their rank. */
function matchRegexes(node: PathNode, request: MatchRequest, start: number, count: StepCount): RankedMatch | undefined {
  count.steps++;
  const child = childAt(node, request.path, start);
  let best = child === undefined ? undefined : matchRegexes(child, request, endOf(request.path, start) + 1, count);
  for (const { regex, index } of node.regexes.values()) {
    count.steps++;
    if (!regex.matches(request.path)) continue;
    const found = index.match(request, count);
    if (found !== undefined && (best === undefined || found.rank < best.rank)) best = found;
  }
  return best;
}

function childAt(node: PathNode, path: string, start: number): PathNode | undefined {
  if (start >= path.length || node.children.size === 0) return undefined;
  return node.children.get(path.slice(start, endOf(path, start)));
}

function endOf(path: string, start: number): number {
  const end = path.indexOf('/', start);
  return end === -1 ? path.length : end;
}

function emptyNode(): PathNode {
  return { children: new Map(), prefix: undefined, regexes: new Map() };
}

function upsert<Value>(map: Map<string, Value>, key: string, make: () => Value): Value {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
