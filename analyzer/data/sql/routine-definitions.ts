import type { ParsedSql, SqlStatement } from './postgres-parser.ts';

const identifier = '(?:[`"\\[]?[\\w$-]+[`"\\]]?\\.)?[`"\\[]?([\\w$-]+)[`"\\]]?';
const definer = '(?:or\\s+replace\\s+)?(?:definer\\s*=\\s*\\S+\\s+)?(?:temp(?:orary)?\\s+)?(?:aggregate\\s+)?';
const trigger = new RegExp(
  `^\\s*create\\s+${definer}trigger\\s+(?:if\\s+not\\s+exists\\s+)?${identifier}\\s+(?:before|after|instead\\s+of)?\\s*(?:insert|delete|update(?:\\s+of\\s+[^;]*?)?)\\s+on\\s+${identifier}\\s+(?:for\\s+each\\s+row\\s*)?(?:(?:follows|precedes)\\s+\\S+\\s*)?([\\s\\S]*)$`,
  'i',
);
const routine = new RegExp(
  `^\\s*create\\s+${definer}(?:procedure|function|event)\\s+(?:if\\s+not\\s+exists\\s+)?${identifier}([\\s\\S]*)$`,
  'i',
);

/**
 * Reads `create trigger`, `procedure`, `function` and `event` of MySQL and SQLite: the name, what it hangs on, and its body as statements.
 * Undefined when the text is none.
 */
export function parseRoutine(text: string, parse: (statement: string) => ParsedSql): SqlStatement | undefined {
  const [, triggerName, table, triggerBody] = trigger.exec(text) ?? [];
  if (triggerName !== undefined && table !== undefined) {
    const body = statementsIn(triggerBody ?? '', parse);
    return { kind: 'CreateTrigStmt', at: 0, tree: { trigname: triggerName, relation: { relname: table }, body } };
  }
  const [, name, rest = ''] = routine.exec(text) ?? [];
  const begin = /\bbegin\b/i.exec(rest);
  if (name === undefined || begin === null) return undefined;
  const body = statementsIn(rest.slice(begin.index), parse);
  return { kind: 'CreateFunctionStmt', at: 0, tree: { funcname: [{ String: { sval: name } }], body } };
}

/** The statements between BEGIN and END, without what controls their flow. What doesn't parse is a declaration or an assignment. */
function statementsIn(body: string, parse: (statement: string) => ParsedSql): SqlStatement[] {
  return body.split(';').flatMap((piece) => {
    const start = /\b(?:select|insert|update|delete|replace|with|call|truncate)\b/i.exec(piece);
    if (start === null) return [];
    const parsed = parse(piece.slice(start.index));
    if (parsed.kind === 'parsed') return parsed.statements;
    // `select … into x`, `if exists (select …) then`: what stands inside the brackets.
    const inner = parse(piece.slice(start.index).replace(/\)\s*then\s*$/i, ''));
    return inner.kind === 'parsed' ? inner.statements : [];
  });
}
