/**
 * Cuts a script at its semicolons, knowing strings, comments, dollar quotes, MySQL's `DELIMITER` and the bodies of routines, so that one
 * faulty statement does not hide the others. Lines for psql (`\connect`) and the rows of `COPY … FROM stdin` are left out. Offsets
 * are those of the script.
 */
export function splitStatements(script: string): { readonly text: string; readonly at: number }[] {
  const statements: { text: string; at: number }[] = [];
  let start = 0;
  let at = 0;
  let delimiter = ';';
  const close = (end: number) => {
    const text = script.slice(start, end);
    const leading = text.length - text.trimStart().length;
    if (text.trim() !== '') statements.push({ text: text.trim(), at: start + leading });
    start = end + delimiter.length;
  };
  while (at < script.length) {
    const character = script[at];
    if (character === '-' && script[at + 1] === '-') at = endOf(script, '\n', at);
    else if (character === '/' && script[at + 1] === '*') at = endOf(script, '*/', at + 2);
    else if (character === "'" || character === '"' || character === '`') at = endOf(script, character, at + 1);
    else if (/^delimiter\s/i.test(script.slice(at, at + 10)) && isLineStart(script, at)) {
      close(at);
      const line = script.slice(at, endOf(script, '\n', at));
      delimiter = line.trim().split(/\s+/)[1] ?? ';';
      at += line.length;
      start = at;
    } else if (script.startsWith(delimiter, at) && (delimiter !== ';' || !insideBody(script.slice(start, at)))) {
      const copies = /^\s*copy\b[\s\S]*\bfrom\s+stdin\b/i.test(script.slice(start, at));
      close(at);
      at = copies ? endOf(script, '\n\\.', at) : at + delimiter.length;
      start = at;
    } else if (character === '$') {
      const tag = /^\$(?:[A-Za-z_]\w*)?\$/.exec(script.slice(at, at + 70))?.[0];
      at = tag === undefined ? at + 1 : endOf(script, tag, at + tag.length);
    } else if (character === '\\' && isLineStart(script, at)) {
      close(at);
      at = endOf(script, '\n', at);
      start = at;
    } else at += 1;
  }
  close(script.length);
  return statements;
}

/** Whether a `create trigger` or `procedure` has begun a body and not ended it. PostgreSQL's stand in dollar quotes or strings. */
function insideBody(statement: string): boolean {
  if (
    !/^(?:\s|--[^\n]*\n|\/\*[\s\S]*?\*\/)*create\s(?:[^;(]*\s)?(?:trigger|procedure|function|event)\s/i.test(statement)
  )
    return false;
  const bare = statement.replace(/'(?:[^']|'')*'|\$(\w*)\$[\s\S]*?\$\1\$|--[^\n]*|\/\*[\s\S]*?\*\//g, ' ');
  const opened = bare.match(/\b(?:begin|(?<!end\s+)case)\b/gi)?.length ?? 0;
  const closed = bare.match(/\bend\b(?!\s+(?:if|while|loop|repeat|for)\b)/gi)?.length ?? 0;
  return opened > closed;
}

function isLineStart(script: string, at: number): boolean {
  return script.slice(script.lastIndexOf('\n', at - 1) + 1, at).trim() === '';
}

function endOf(script: string, mark: string, from: number): number {
  const found = script.indexOf(mark, from);
  return found === -1 ? script.length : found + mark.length;
}
