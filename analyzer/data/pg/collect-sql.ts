import type { ModuleTree } from '../../source/module-tree.ts';
import type { TextPiece } from '../../source/module-summary.ts';
import type { LineIndex } from '../../source/place.ts';
import { lookup, unitOf } from '../../source/scopes.ts';
import { lastName, staticKey, unwrap, type Node } from '../../source/syntax-tree.ts';
import { taggedPieces, textPieces } from '../../source/text-pieces.ts';
import { looksLikeFragment, looksLikeSql, startText, takesSql } from '../sql/sql-words.ts';
import type { SqlText } from './sql-summary.ts';

/** Every text of a module that may be SQL. */
export function collectSql(tree: ModuleTree, lines: LineIndex): readonly SqlText[] | undefined {
  const texts: SqlText[] = [];
  const holders = textHolders(tree);
  for (const { node, scope, callee, tagged } of tree.texts) {
    const pieces =
      callee !== undefined && tagged === true && node.type === 'TemplateLiteral'
        ? taggedPieces(node, callee, scope, tree)
        : textPieces(node, scope, tree);
    const taker = callee === undefined ? undefined : lastName(callee);
    const start = startText(pieces);
    const whole = start === undefined ? takesSql(taker) : looksLikeSql(start);
    const fragment = !whole && looksLikeFragment(knownText(pieces));
    if (!whole && !fragment) continue;
    const holder = holders.get(node);
    texts.push({
      unit: unitOf(scope),
      pieces,
      added: additionsTo(node, tree),
      taker,
      fragment,
      ...(holder === undefined ? {} : { holder }),
      at: node.start,
      line: lines.lineAt(node.start + leadingSpace(node)),
    });
  }
  for (const { node, scope } of tree.calls) {
    const name = lastName(node.callee);
    const line = lines.lineAt(node.start);
    if (name === 'join') {
      const pieces = textPieces(node, scope, tree);
      const start = startText(pieces);
      if (pieces.length > 1 && start !== undefined && looksLikeSql(start))
        texts.push({ unit: unitOf(scope), pieces, added: [], taker: undefined, fragment: false, at: node.start, line });
    } else if (takesSql(name)) {
      for (const argument of node.arguments.flatMap((given) => takenText(given))) {
        const pieces = textPieces(argument, scope, tree);
        if (startText(pieces) === undefined)
          texts.push({ unit: unitOf(scope), pieces, added: [], taker: name, fragment: false, at: node.start, line });
      }
    }
  }
  return texts.length === 0 ? undefined : texts;
}

function knownText(pieces: readonly TextPiece[]): string {
  return pieces.map((piece) => (piece.kind === 'text' ? piece.text : ' ')).join('');
}

/** The names that a call takes its SQL from: `query(SQL)`, `query(queries.find)`, `query({ text: SQL })`. */
function takenText(argument: Node): Node[] {
  const inner = unwrap(argument);
  if (inner.type === 'Identifier' || inner.type === 'MemberExpression') return [inner];
  if (inner.type !== 'ObjectExpression') return [];
  return inner.properties.flatMap((property) =>
    property.type === 'Property' && staticKey(property.key, property.computed) === 'text'
      ? takenText(property.value)
      : [],
  );
}

/** The top-level name of each text that is held by one: `SQL`, `queries.find`. */
function textHolders(tree: ModuleTree): Map<Node, string> {
  const holders = new Map<Node, string>();
  const hold = (name: string, node: Node): void => {
    const inner = unwrap(node);
    holders.set(inner.type === 'TaggedTemplateExpression' ? inner.quasi : inner, name);
    if (inner.type !== 'ObjectExpression') return;
    for (const property of inner.properties) {
      const key = property.type === 'Property' ? staticKey(property.key, property.computed) : undefined;
      if (property.type === 'Property' && key !== undefined) hold(`${name}.${key}`, property.value);
    }
  };
  for (const [name, declarations] of tree.module.declarations) {
    for (const { declaration } of declarations) {
      if (declaration.kind === 'value' && declaration.init !== undefined && declaration.keys.length === 0)
        hold(name, declaration.init);
    }
  }
  return holders;
}

/** `sql += ' where …'` on the variable that was given this text. */
function additionsTo(text: Node, tree: ModuleTree): (readonly TextPiece[])[] {
  const added: (readonly TextPiece[])[] = [];
  for (const { node, scope: within } of tree.assignments) {
    if (node.operator !== '+=' || node.left.type !== 'Identifier') continue;
    const declaration = lookup(within, node.left.name, node.left.start);
    if (declaration?.kind !== 'value' || declaration.init === undefined || unwrap(declaration.init) !== text) continue;
    added.push(textPieces(node.right, within, tree));
  }
  return added;
}

/** The line of the first word, not of the opening backtick. */
function leadingSpace(node: Node): number {
  const first = node.type === 'TemplateLiteral' ? (node.quasis[0]?.value.raw ?? '') : '';
  return first === '' ? 0 : 1 + (first.length - first.trimStart().length);
}
