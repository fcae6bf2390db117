import type { TextPiece } from '../../source/module-summary.ts';

const statementStart =
  /^(?:\s|\(|--[^\n]*\n|\/\*[\s\S]*?\*\/)*(?:select\b|insert\s+(?:(?:ignore|low_priority|delayed|high_priority|or\s+\w+)\s+)*into\b|insert\s+ignore\s+[`\w]|replace\s+into\b|update\s+\S+|delete\s+(?:[\w`.]+\s+)?from\b|rename\s+table\b|with\s+(?:recursive\s+)?["\w]+|merge\s+into\b|truncate\b|copy\s|call\s|begin\b|start\s+transaction\b|commit\b|rollback\b|create\s+(?:or\s+replace\s+|unique\s+|temp(?:orary)?\s+|unlogged\s+|materialized\s+|global\s+|local\s+)*(?:table|view|function|procedure|trigger|index|schema|type|extension|sequence|constraint\s+trigger)\b|alter\s+(?:table|view|function|type|sequence|index)\b|drop\s+(?:table|view|function|trigger|index|materialized|procedure|schema)\b|lock\s+table\b|refresh\s+materialized\b)/i;

/** Whether a text starts as a statement does. English sentences may: `speaksForSql` asks for more. */
export function looksLikeSql(text: string): boolean {
  return statementStart.test(text);
}

const fragment = /\bSELECT\s[\s\S]*\bFROM\s+[a-z_"]|^\s*(?:LEFT |RIGHT |INNER |FULL |CROSS )*(?:OUTER )?JOIN\s+[a-z_"]/;

/** Whether a text is a part of a statement that names tables: a condition with a subquery, a join. Only in capitals: prose is not. */
export function looksLikeFragment(text: string): boolean {
  return fragment.test(text);
}

/** Statements that a fragment can be a part of, most likely first. */
export function fragmentFrames(text: string): readonly { readonly before: string; readonly cut: RegExp }[] {
  const leading = /^\s*(?:AND|OR|WHERE)\b/i;
  if (/^\s*(?:LEFT |RIGHT |INNER |FULL |CROSS )*(?:OUTER )?JOIN\b/i.test(text))
    return [{ before: 'SELECT 1 FROM (SELECT 1) AS part ', cut: /^/ }];
  return [
    { before: 'SELECT 1 WHERE ', cut: leading },
    { before: 'SELECT ', cut: /^\s*,/ },
  ];
}

const takers =
  /^(?:query|execute|exec|sql|raw|runSql|\$queryRaw|\$executeRaw|\$queryRawUnsafe|\$executeRawUnsafe|\$queryRawTyped|prepare|many|one|none|any|all|rows?|unsafe|oneOrNone|manyOrNone|oneOrNull|maybeOne|queryOne|queryRow|queryRows|queryMany|fetchOne|fetchAll|Cursor|QueryStream|copyFrom|copyTo|from|to)$/i;
/** Whether a call by this name usually takes SQL. */
export function takesSql(name: string | undefined): boolean {
  return name !== undefined && takers.test(name);
}

const capitals =
  /\b(?:SELECT|INSERT INTO|INSERT IGNORE|INSERT OR|REPLACE INTO|RENAME TABLE|UPDATE|DELETE FROM|WITH|MERGE INTO|TRUNCATE|COPY|CALL|BEGIN|COMMIT|ROLLBACK|CREATE|ALTER|DROP)\b/;
const clauses =
  /\bfrom\s+["\w.]+|\bset\s+["\w.]+\s*=|\bvalues\s*\(|\(\s*["\w]+\s*(?:,\s*["\w]+\s*)*\)\s*(?:select|values)/i;

/** Whether a text that starts as a statement is one: who takes it, capitals, or clauses that prose does not have. */
export function speaksForSql(text: string, taker: string | undefined): boolean {
  if (taker !== undefined && takers.test(taker)) return true;
  const oneWord = /^\s*(?:begin|commit|rollback|truncate|select|call|copy)\b[\s;]*$/i.test(text);
  if (oneWord) return false;
  return (
    (capitals.test(text) && /\s/.test(text.trim()) && clausesOrDefinition(text)) ||
    (clauses.test(text) && /[=$*(;]|\n/.test(text))
  );
}

function clausesOrDefinition(text: string): boolean {
  return (
    clauses.test(text) ||
    /\b(?:TABLE|VIEW|FUNCTION|TRIGGER|PROCEDURE|INDEX|TYPE|EXTENSION|SCHEMA|CALL|TRUNCATE|TRANSACTION)\b/.test(text) ||
    /\bSELECT\s+\S+\s*\(/.test(text)
  );
}

/** How a text starts; undefined when it starts with a value from elsewhere. */
export function startText(pieces: readonly TextPiece[]): string | undefined {
  const [first, ...rest] = pieces;
  if (first?.kind === 'choice') return startText(first.texts[0] ?? []);
  if (first?.kind === 'text') return first.text.trim() === '' && rest.length > 0 ? startText(rest) : first.text;
  return first?.kind === 'symbol' ? undefined : '';
}

export function transactionWord(text: string): 'begin' | 'end' | undefined {
  if (/^\s*(?:begin|start\s+transaction)\b/i.test(text)) return 'begin';
  return /^\s*(?:commit|rollback|end)\b/i.test(text) ? 'end' : undefined;
}
