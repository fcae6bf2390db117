/** Figures of several candidates, taken in one run on one machine. Only their ratios say something elsewhere. */
export interface Comparison {
  readonly title: string;
  /** The candidate that the ratios refer to: ours. */
  readonly baseline: string;
  readonly rows: readonly Measurement[];
  /** What was not measured and why (a program that is not installed), and what to keep in mind. */
  readonly notes: readonly string[];
}

export interface Measurement {
  readonly name: string;
  /** Figure by name; the name carries the unit: `requestsPerSecond`, `cpuMicrosPerRequest`, `wallMs`. */
  readonly figures: Readonly<Record<string, number>>;
}

/** `requestsPerSecond` → `requests per second`. */
const inWords = (name: string) => name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

const formatFigure = (value: number) =>
  value >= 100 ? Math.round(value).toLocaleString('en') : value.toLocaleString('en', { maximumSignificantDigits: 3 });

/** `1.00×` for the baseline itself; empty where either figure is missing or zero. */
function formatRatio(value: number, base: number | undefined): string {
  if (base === undefined || base === 0) return '';
  return `${(value / base).toFixed(2)}×`;
}

/** A comparison as a table in Markdown: each figure, and beside it its ratio to the baseline's. */
export function renderComparison({ title, baseline, rows, notes }: Comparison): string {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row.figures)))];
  const base = rows.find((row) => row.name === baseline)?.figures ?? {};
  const header = ['', ...names.flatMap((name) => [inWords(name), 'ratio'])];
  const body = rows.map((row) => [
    row.name,
    ...names.flatMap((name) => {
      const value = row.figures[name];
      return value === undefined ? ['–', ''] : [formatFigure(value), formatRatio(value, base[name])];
    }),
  ]);
  const widths = header.map((cell, column) =>
    Math.max(cell.length, ...body.map((cells) => (cells[column] ?? '').length)),
  );
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0))).join(' | ')} |`;
  const rule = `|${widths.map((width, column) => (column === 0 ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`)).join('|')}|`;
  return [
    `## ${title}`,
    '',
    `Ratios to ${baseline}.`,
    '',
    line(header),
    rule,
    ...body.map(line),
    '',
    ...notes.map((note) => `- ${note}`),
  ]
    .join('\n')
    .trimEnd();
}
