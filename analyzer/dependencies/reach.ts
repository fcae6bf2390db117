import type { Dependency } from '../facts/facts.ts';

/** Which units a unit gets to by calls, nearest first, itself first of all. */
export type Reach = (starts: readonly string[]) => readonly string[];

export function createReach(calls: readonly Dependency[]): Reach {
  const next = new Map<string, string[]>();
  for (const { from, to } of calls) {
    const list = next.get(from);
    if (list === undefined) next.set(from, [to]);
    else list.push(to);
  }
  return (starts) => {
    const reached = new Set(starts);
    // A set keeps the order of insertion and may grow while it is walked: breadth first.
    for (const unit of reached) for (const to of next.get(unit) ?? []) reached.add(to);
    return [...reached];
  };
}
