/** The relation names of an Objection expression as paths: `[pets, children.[pets, friends(onlyOld) as f]]`. */
export function relationPaths(expression: string): (readonly string[])[] {
  const text = expression.replace(/\([^)]*\)|\s+as\s+\w+/g, '');
  let at = 0;
  const readList = (): (readonly string[])[] => {
    const paths: (readonly string[])[] = [];
    while (at < text.length && text[at] !== ']') {
      if (/[\s,[]/.test(text[at] ?? '')) at += 1;
      else paths.push(...readPath());
    }
    at += 1;
    return paths;
  };
  const readPath = (): (readonly string[])[] => {
    const name = /^[\w$^*]+/.exec(text.slice(at))?.[0];
    if (name === undefined) {
      at += 1;
      return [];
    }
    at += name.length;
    if (text[at] !== '.') return [[name]];
    at += 1;
    const inner = text[at] === '[' ? readInner() : readPath();
    return inner.length === 0 ? [[name]] : inner.map((path) => [name, ...path]);
  };
  const readInner = () => {
    at += 1;
    return readList();
  };
  return readList();
}
