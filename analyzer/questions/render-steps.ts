import type { Step } from './module-graph.ts';

export type DrawingFormat = 'dot' | 'mermaid';

/** Steps as a drawing for Graphviz or Mermaid. */
export function renderDrawing(steps: readonly Step[], format: DrawingFormat): string {
  const names = [...new Set(steps.flatMap(({ from, to }) => [from, to]))];
  if (format === 'dot') {
    const lines = steps.map(({ from, to }) => `  ${JSON.stringify(from)} -> ${JSON.stringify(to)};`);
    return ['digraph {', '  rankdir=LR;', '  node [shape=box];', ...lines, '}'].join('\n');
  }
  const number = new Map(names.map((name, index) => [name, `n${index}`]));
  const nodes = names.map((name) => `  ${number.get(name) ?? ''}["${name.replaceAll('"', '#quot;')}"]`);
  const edges = steps.map(({ from, to }) => `  ${number.get(from) ?? ''} --> ${number.get(to) ?? ''}`);
  return ['flowchart LR', ...nodes, ...edges].join('\n');
}

/** Steps one below the other, each with where it is written. */
export function renderSteps(steps: readonly Step[]): string {
  const [first] = steps;
  if (first === undefined) return '';
  return [first.from, ...steps.map(({ to, place }) => `  → ${to}${place === undefined ? '' : `  (${place})`}`)].join(
    '\n',
  );
}
