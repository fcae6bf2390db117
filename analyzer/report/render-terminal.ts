import { count } from '../contexts/verdicts.ts';
import type { AnalysisReport, CandidateContext, Surprise, Verdict } from './report.ts';

export interface TerminalOptions {
  /** ANSI colours. Off unless asked for: the caller knows whether a terminal reads it. */
  readonly colour?: boolean;
  /** Columns; 80 when absent. */
  readonly width?: number;
}

const mostRows = 14;
const words: Readonly<Record<Verdict, string>> = {
  'extract-first': 'extract first',
  extract: 'extract',
  'modularise-first': 'modularise first',
  leave: 'leave',
};

/** One screen for someone who decides: what was seen, what to do, what not to do, what nobody expected, and the candidates. */
export function renderTerminalReport(report: AnalysisReport, options: TerminalOptions = {}): string {
  const width = Math.max(40, options.width ?? 80);
  const paint = painter(options.colour ?? false);
  const lines = [
    countsLine(report),
    ...findings(report).map(([label, text]) => `  ${paint.bold(label.padEnd(15))} ${text}`),
  ];
  if (report.contexts.length > 0) lines.push('', ...table(report, width, paint));
  return `${lines.map((line) => clip(line, width)).join('\n')}\n`;
}

function countsLine({ counts }: AnalysisReport): string {
  const unresolved = Object.entries(counts.unresolved)
    .filter(([, number]) => number > 0)
    .map(([what, number]) => (what === 'sql' ? `${number} sql` : count(number, what)));
  return [
    count(counts.endpoints, 'endpoint'),
    count(counts.entities, 'table'),
    count(counts.modules, 'module'),
    unresolved.length === 0 ? 'all resolved' : `${unresolved.join(', ')} unresolved`,
    'no socket opened',
  ].join(' · ');
}

function findings(report: AnalysisReport): [string, string][] {
  if (report.verdict.kind === 'nothing-found')
    return [
      ['Nothing found', report.verdict.reason],
      ['Next', 'Give the folder that holds the source: overgrow analyze path/to/monolith'],
    ];
  const lines: [string, string][] = [];
  if (report.verdict.kind === 'do-not-split') lines.push(['Do not split', report.verdict.reason]);
  const first = report.contexts.find((context) => context.verdict === 'extract-first');
  if (first !== undefined && report.verdict.kind === 'split')
    lines.push(['Extract first', `${first.name}  ${first.reason}`]);
  const blind = unseen(report);
  if (blind !== undefined) lines.push(['Not seen', blind]);
  const [transaction] = report.sharedTransactions;
  if (transaction !== undefined)
    lines.push([
      'Do not cut',
      `${transaction.contexts.join('/')}  one transaction, ${transaction.place ?? transaction.id}`,
    ]);
  for (const surprise of pickSurprises(report.surprises)) lines.push(['Surprise', describe(surprise)]);
  lines.push([
    'Next',
    first === undefined || report.verdict.kind !== 'split'
      ? 'overgrow analyze --format json --output report.json'
      : 'overgrow init',
  ]);
  return lines;
}

/** What the verdicts do without. Said, because a map with a white spot is not a map without one. */
function unseen({ counts }: AnalysisReport): string | undefined {
  const untouched = counts.entities - counts.entitiesTouched;
  const missing = [
    ...(counts.endpoints === 0 ? ['no endpoint (Express is read)'] : []),
    ...(untouched * 2 > counts.entities ? [`no SQL in code for ${untouched} of ${counts.entities} tables`] : []),
    ...(counts.entities === 0 ? ['no table (SQL is read)'] : []),
  ];
  return missing.length === 0 ? undefined : `${missing.join(', ')}: contexts rest on imports and names`;
}

/** The most telling one, and one of another kind. */
function pickSurprises(surprises: readonly Surprise[]): Surprise[] {
  const [first] = surprises;
  const other = surprises.find((surprise) => surprise.kind !== first?.kind);
  return [first, other].filter((surprise): surprise is Surprise => surprise !== undefined);
}

/** One line about a surprise. */
export function describe(surprise: Surprise): string {
  switch (surprise.kind) {
    case 'many-writers': {
      const trigger =
        surprise.triggers.length === 0
          ? ''
          : surprise.triggers.length === 1
            ? ' and a trigger'
            : ` and ${surprise.triggers.length} triggers`;
      return `${shortEntity(surprise.entity)}: ${count(surprise.contexts.length, 'writing context')}${trigger}${at(surprise.place)}`;
    }
    case 'routine-across':
      return `${shortEntity(surprise.routine)}: a routine across ${surprise.contexts.join(', ')}${at(surprise.place)}`;
    case 'mixed-module':
      return `${surprise.module}: one file, ${count(surprise.contexts.length, 'context')} (${surprise.contexts.join(', ')})`;
    case 'cycle':
      return `import cycle of ${count(surprise.units.length, 'module')} through ${surprise.contexts.join(', ')}`;
  }
}

function table(report: AnalysisReport, width: number, paint: Painter): string[] {
  const ordered = [...report.contexts].sort(
    (a, b) => rank(a) - rank(b) || b.endpoints.length - a.endpoints.length || b.units.length - a.units.length,
  );
  const nameWidth = Math.min(22, Math.max(17, ...ordered.map((context) => context.name.length)));
  const head = [
    'candidate context'.padEnd(nameWidth),
    'units',
    'tables',
    'endpoints',
    'writers',
    'calls in',
    'shared tx',
    'verdict',
  ];
  const rows = ordered.slice(0, mostRows).map((context) => {
    const { figures } = context;
    const numbers = [
      context.units.length,
      context.entities.length,
      context.endpoints.length,
      figures.foreignWriters,
      figures.callsIn,
      figures.sharedTransactions,
    ];
    const cells = numbers.map((number, index) => String(number).padStart(head[index + 1]?.length ?? 0));
    return `  ${context.name.padEnd(nameWidth)}  ${cells.join('  ')}  ${paint.verdict(context.verdict)}`;
  });
  const more = ordered.length > mostRows ? [`  and ${ordered.length - mostRows} more`] : [];
  const kernel =
    report.sharedKernel.units.length === 0
      ? []
      : [`  ${'shared kernel'.padEnd(nameWidth)}  ${String(report.sharedKernel.units.length).padStart(5)}`];
  return [paint.dim(clip(`  ${head.join('  ')}`, width)), ...rows, ...more, ...kernel];
}

function rank(context: CandidateContext): number {
  return ['extract-first', 'extract', 'modularise-first', 'leave'].indexOf(context.verdict);
}

function shortEntity(id: string): string {
  return id.replace(/^public\./, '');
}

function at(place: string | undefined): string {
  return place === undefined ? '' : ` (${place})`;
}

interface Painter {
  bold(text: string): string;
  dim(text: string): string;
  verdict(verdict: Verdict): string;
}

function painter(colour: boolean): Painter {
  const wrap = (code: number, text: string) => (colour ? `\u001b[${code}m${text}\u001b[0m` : text);
  const codes: Readonly<Record<Verdict, number>> = {
    'extract-first': 32,
    extract: 32,
    'modularise-first': 33,
    leave: 2,
  };
  return {
    bold: (text) => wrap(1, text),
    dim: (text) => wrap(2, text),
    verdict: (verdict) => wrap(codes[verdict], words[verdict]),
  };
}

/** Cuts at the width and says so; colours take no columns. */
function clip(line: string, width: number): string {
  const [start = '', ...coloured] = line.split('\u001b[');
  let room = width;
  let cut = false;
  const keep = (text: string): string => {
    if (cut) return '';
    if (text.length > room) {
      cut = true;
      return `${text.slice(0, Math.max(0, room - 1))}…`;
    }
    room -= text.length;
    return text;
  };
  const kept = keep(start);
  return (
    kept +
    coloured
      .map((part) => {
        const end = part.indexOf('m') + 1;
        return `\u001b[${part.slice(0, end)}${keep(part.slice(end))}`;
      })
      .join('')
  );
}
