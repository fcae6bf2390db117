/**
 * Cuts a script at its semicolons, knowing strings, comments and dollar quotes, so that one faulty statement does not hide the
 * others. Lines for psql (`\connect`) and the rows of `COPY … FROM stdin` are left out. Offsets are those of the script.
 */
export function splitStatements(script: string): { readonly text: string; readonly at: number }[] {
  const statements: { text: string; at: number }[] = [];
  let start = 0;
  let at = 0;
  const close = (end: number) => {
    const text = script.slice(start, end);
    const leading = text.length - text.trimStart().length;
    if (text.trim() !== '') statements.push({ text: text.trim(), at: start + leading });
    start = end + 1;
  };
  while (at < script.length) {
    const rest = script[at];
    if (rest === '-' && script[at + 1] === '-') at = endOf(script, '\n', at);
    else if (rest === '/' && script[at + 1] === '*') at = endOf(script, '*/', at + 2);
    else if (rest === "'" || rest === '"') at = endOf(script, rest, at + 1);
    else if (rest === '$') {
      const tag = /^\$(?:[A-Za-z_]\w*)?\$/.exec(script.slice(at, at + 70))?.[0];
      at = tag === undefined ? at + 1 : endOf(script, tag, at + tag.length);
    } else if (rest === '\\' && (at === 0 || script[at - 1] === '\n')) {
      close(at);
      at = endOf(script, '\n', at);
      start = at;
    } else if (rest === ';') {
      const copies = /^\s*copy\b[\s\S]*\bfrom\s+stdin\b/i.test(script.slice(start, at));
      close(at);
      at = copies ? endOf(script, '\n\\.', at) : at + 1;
      start = at;
    } else at += 1;
  }
  close(script.length);
  return statements;
}

function endOf(script: string, mark: string, from: number): number {
  const found = script.indexOf(mark, from);
  return found === -1 ? script.length : found + mark.length;
}
