/**
 * COPY's text format (PostgreSQL documentation, COPY, "Text Format"): a line a row, tabs between columns, `\N` for null,
 * backslash escapes. Tab and newline never stand inside a value, in UTF-8 not even as part of a character.
 */
export interface CopyTextParser {
  /** Takes the next bytes and gives the rows that they complete. */
  parse(chunk: Buffer): (string | null)[][];
}

export function createCopyTextParser(): CopyTextParser {
  let rest: Buffer = Buffer.alloc(0);
  return {
    parse(chunk) {
      const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      const end = bytes.lastIndexOf(0x0a);
      rest = Buffer.from(bytes.subarray(end + 1));
      if (end < 0) return [];
      return bytes.toString('utf8', 0, end).split('\n').map(parseLine);
    },
  };
}

const parseLine = (line: string) => line.split('\t').map(parseField);

function parseField(field: string): string | null {
  if (!field.includes('\\')) return field;
  if (field === '\\N') return null;
  return field.replaceAll(/\\([0-7]{1,3}|x[0-9A-Fa-f]{1,2}|[^])/g, (_, escape: string) => unescape(escape));
}

const controls: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };

function unescape(escape: string): string {
  if (/^[0-7]/.test(escape)) return String.fromCharCode(Number.parseInt(escape, 8) & 0xff);
  if (/^x./.test(escape)) return String.fromCharCode(Number.parseInt(escape.slice(1), 16));
  return controls[escape] ?? escape;
}

/** One row as a line of COPY's text format. */
export function renderCopyLine(values: readonly (string | null)[]): string {
  return `${values.map(renderField).join('\t')}\n`;
}

const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

const special = /[\\\n\r\t]/;

const renderField = (value: string | null) =>
  value === null
    ? '\\N'
    : special.test(value)
      ? value.replaceAll(/[\\\n\r\t]/g, (character) => escapes[character] ?? character)
      : value;
