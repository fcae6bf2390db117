import type { Dependency, Facts } from '../facts/facts.ts';
import { compareText } from '../source/place.ts';

/** One step of an answer: who leads to whom, and where that is written. */
export interface Step {
  readonly from: string;
  readonly to: string;
  readonly place: string | undefined;
}

/** Modules and what each imports, in order. Imports of types alone count only where `types` says so: they are gone at run time. */
export function moduleGraph(
  facts: Facts,
  { types }: { readonly types: boolean },
): ReadonlyMap<string, readonly Step[]> {
  const modules = (facts.units ?? []).filter(({ parent }) => parent === undefined).map(({ id }) => id);
  const wanted = (facts.dependencies ?? []).filter(({ kind }) => kind === 'import' || (types && kind === 'type'));
  return stepsOf(modules, wanted);
}

/** Units and what each calls, is built on or is handed. */
export function callGraph(facts: Facts): ReadonlyMap<string, readonly Step[]> {
  const units = (facts.units ?? []).map(({ id }) => id);
  return stepsOf(
    units,
    (facts.dependencies ?? []).filter(({ kind }) => kind !== 'import' && kind !== 'type'),
  );
}

function stepsOf(nodes: readonly string[], dependencies: readonly Dependency[]): Map<string, Step[]> {
  const graph = new Map<string, Step[]>([...nodes].sort(compareText).map((id) => [id, []]));
  const sorted = [...dependencies].sort((a, b) => compareText(a.from, b.from) || compareText(a.to, b.to));
  for (const { from, to, place } of sorted) {
    const steps = graph.get(from);
    if (steps !== undefined && steps.at(-1)?.to !== to) steps.push({ from, to, place });
  }
  return graph;
}
