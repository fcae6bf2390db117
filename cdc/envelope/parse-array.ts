/** PostgreSQL's array output (documentation, "Array Input and Output Syntax"): `{a,"b,c",NULL,{…}}`. */
export type ArrayElement = string | null | readonly ArrayElement[];

/** Bounds in front (`[0:1]={…}`) are left out. @throws SyntaxError on text that is no array. */
export function parseArray(text: string): readonly ArrayElement[] {
  let at = text.indexOf('{');
  if (at < 0) throw new SyntaxError('expected an array');
  const parseList = (): ArrayElement[] => {
    const elements: ArrayElement[] = [];
    at += 1;
    while (text[at] !== '}') {
      if (at >= text.length) throw new SyntaxError('expected the end of an array');
      if (text[at] === ',') at += 1;
      else if (text[at] === '{') elements.push(parseList());
      else elements.push(text[at] === '"' ? parseQuoted() : parsePlain());
    }
    at += 1;
    return elements;
  };
  const parseQuoted = (): string => {
    let value = '';
    for (at += 1; text[at] !== '"'; at += 1) {
      if (text[at] === '\\') at += 1;
      if (at >= text.length) throw new SyntaxError('expected the end of a quoted element');
      value += text[at];
    }
    at += 1;
    return value;
  };
  const parsePlain = (): string | null => {
    const start = at;
    while (at < text.length && text[at] !== ',' && text[at] !== '}') at += 1;
    const value = text.slice(start, at);
    return value === 'NULL' ? null : value;
  };
  return parseList();
}
