import type { Facts } from '../facts/facts.ts';
import { compareText } from '../source/place.ts';
import { callGraph, type Step } from './module-graph.ts';

type Graph = ReadonlyMap<string, readonly Step[]>;

/** Groups of modules that reach each other, each as one shortest round through its first module; the smallest groups first. */
export function findCycles(graph: Graph): Step[][] {
  return tangles(graph)
    .map((group) => {
      const inside = new Set(group);
      const [start = ''] = group;
      const closed = new Map(
        [...graph].map(([id, steps]) => [id, steps.filter(({ to }) => inside.has(id) && inside.has(to))]),
      );
      const rounds = (closed.get(start) ?? []).map((first) => {
        const back = shortestPath(closed, [first.to], (id) => id === start);
        return back === undefined ? undefined : [first, ...back];
      });
      return rounds.filter((round) => round !== undefined).sort((a, b) => a.length - b.length)[0] ?? [];
    })
    .filter((round) => round.length > 0)
    .sort((a, b) => a.length - b.length || compareText(a[0]?.from ?? '', b[0]?.from ?? ''));
}

/** Shortest way from any of `starts` to what `wanted` says yes to; empty when a start is it already. */
export function shortestPath(
  graph: Graph,
  starts: readonly string[],
  wanted: (id: string) => boolean,
): Step[] | undefined {
  const reachedBy = new Map<string, Step | undefined>(starts.map((start) => [start, undefined]));
  for (const id of reachedBy.keys()) {
    if (wanted(id)) return stepsTo(id, reachedBy);
    for (const step of graph.get(id) ?? []) if (!reachedBy.has(step.to)) reachedBy.set(step.to, step);
  }
  return undefined;
}

function stepsTo(id: string, reachedBy: ReadonlyMap<string, Step | undefined>): Step[] {
  const steps: Step[] = [];
  for (let step = reachedBy.get(id); step !== undefined; step = reachedBy.get(step.from)) steps.unshift(step);
  return steps;
}

/** Everything that leads to a module, directly or not, nearest first, each with the step that leads towards it. */
export function findDependents(graph: Graph, id: string): Step[] {
  const users = new Map<string, Step[]>();
  for (const steps of graph.values())
    for (const step of steps) users.set(step.to, [...(users.get(step.to) ?? []), step]);
  const found = new Map<string, Step | undefined>([[id, undefined]]);
  for (const at of found.keys())
    for (const step of users.get(at) ?? []) if (!found.has(step.from)) found.set(step.from, step);
  return [...found.values()].filter((step) => step !== undefined);
}

export interface Reason {
  readonly mode: 'read' | 'write';
  /** From the handler to the unit that accesses the entity. */
  readonly steps: readonly Step[];
  readonly unit: string;
  readonly place: string | undefined;
}

/** Why an endpoint reads or writes an entity: for each mode the shortest way by calls. Empty when it does not. */
export function explainAccess(facts: Facts, endpointId: string, entity: string): Reason[] {
  const endpoint = facts.endpoints?.find(({ id }) => id === endpointId);
  const [handler, ...others] = endpoint?.units ?? [];
  if (handler === undefined) return [];
  const graph = callGraph(facts);
  return (['read', 'write'] as const).flatMap((mode) => {
    const accesses = (facts.accesses ?? []).filter((access) => access.entity === entity && access.mode === mode);
    const units = new Set(accesses.map(({ unit }) => unit));
    const wanted = (id: string) => units.has(id);
    // What the handler does not call may run in its place: a second handler, code inside the route.
    const steps =
      shortestPath(graph, [handler], wanted) ??
      shortestPath(
        graph,
        others.filter((unit) => unit !== handler),
        wanted,
      );
    if (steps === undefined) return [];
    const unit = steps.at(-1)?.to ?? [handler, ...others].find(wanted) ?? handler;
    return [{ mode, steps, unit, place: accesses.find((access) => access.unit === unit)?.place }];
  });
}

/** Strongly connected components of more than one module (Tarjan 1972, without recursion), each sorted. */
function tangles(graph: Graph): string[][] {
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const stack: string[] = [];
  const onStack = new Set<string>();
  const groups: string[][] = [];
  const enter = (id: string) => {
    order.set(id, order.size);
    lowest.set(id, order.size - 1);
    stack.push(id);
    onStack.add(id);
  };
  const lower = (id: string, value: number | undefined) =>
    lowest.set(id, Math.min(lowest.get(id) ?? 0, value ?? Number.POSITIVE_INFINITY));
  for (const root of graph.keys()) {
    if (order.has(root)) continue;
    enter(root);
    const work = [{ id: root, next: 0 }];
    for (let top = work.at(-1); top !== undefined; top = work.at(-1)) {
      const step = graph.get(top.id)?.[top.next++];
      if (step !== undefined) {
        if (!order.has(step.to)) {
          enter(step.to);
          work.push({ id: step.to, next: 0 });
        } else if (onStack.has(step.to)) lower(top.id, order.get(step.to));
        continue;
      }
      work.pop();
      const above = work.at(-1);
      if (above !== undefined) lower(above.id, lowest.get(top.id));
      if (lowest.get(top.id) !== order.get(top.id)) continue;
      const group = stack.splice(stack.lastIndexOf(top.id));
      for (const id of group) onStack.delete(id);
      if (group.length > 1) groups.push(group.sort(compareText));
    }
  }
  return groups;
}
