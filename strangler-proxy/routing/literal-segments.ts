/**
 * The whole path segments with which every match of an expression begins: `/users/[0-9]+` → `['users']`. They place it in the
 * tree of paths, so that it is tried only where it can match. Whatever is unclear gives fewer segments, which costs time and
 * is never wrong.
 */
export function literalSegments(pattern: string): readonly string[] {
  if (pattern.includes('\\Q') || hasTopLevelChoice(pattern)) return [];
  const start = pattern.startsWith('^') ? 1 : 0;
  let literal = '';
  let index = start;
  for (; index < pattern.length; index++) {
    const code = pattern.charAt(index);
    if (code === '\\' && /^[^\w\s]$/.test(pattern.charAt(index + 1))) {
      index++;
      literal += pattern.charAt(index);
    } else if (/^[\w/~!,;=:@%&'-]$/.test(code)) literal += code;
    else break;
  }
  const rest = pattern.slice(index);
  // A repetition belongs to the character before it, which may then be missing.
  if (/^[*+?{]/.test(rest)) literal = literal.slice(0, -1);
  const isWhole = /^(?:\((?:\?:)?\/[^()|[\\]*\)[?*]?)?\$?$/.test(rest);
  const known = isWhole ? literal : literal.slice(0, literal.lastIndexOf('/') + 1);
  return known.split('/').filter((segment) => segment !== '');
}

function hasTopLevelChoice(pattern: string): boolean {
  let depth = 0;
  let inClass = false;
  for (let index = 0; index < pattern.length; index++) {
    const code = pattern.charAt(index);
    if (code === '\\') index++;
    else if (inClass) inClass = code !== ']';
    // Brackets in brackets are read differently by the engines: no claim is made about such an expression.
    else if (code === '[') {
      inClass = true;
      if (/^\^?\]/.test(pattern.slice(index + 1)) || pattern.startsWith('[[', index)) return true;
    } else if (code === '(') depth++;
    else if (code === ')') depth--;
    else if (code === '|' && depth === 0) return true;
  }
  return false;
}
