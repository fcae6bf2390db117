import { transitions } from './transitions.ts';

/** The page docs/reference/phases.md: Markdown, generated from the transition table. */
export function renderTransitions(): string {
  const rows = transitions.map(({ from, command, during, to, needs, owner, by }) => [
    from ?? '(new)',
    `${command}${during === null ? '' : ` (${during})`}`,
    to,
    owner,
    by,
    needs,
  ]);
  return [
    '# Phases of a context',
    '',
    'Generated from `orchestrator/decider/transitions.ts` by `npm run generate`. Do not edit.',
    '',
    'A context is always in one phase. Only the arrows of this table exist. _Owner_ is the side that owns the context in the',
    'phase that the arrow leads to. While it is fencing, nobody may write: the databases say `none` from the barrier on.',
    '',
    ...renderTable(['from', 'command', 'to', 'owner', 'asked by', 'what it needs'], rows),
    '',
    '`finish` changes no phase: it records that everything after a flip or an abandon was done. Until then no new attempt',
    'starts. From every phase before `settled`, a path leads to a phase in which the monolith owns the context.',
    '',
  ].join('\n');
}

/** Columns are padded as the formatter would, so that the page passes its check. */
function renderTable(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)];
}
