import type { ModuleTree } from '../../source/module-tree.ts';
import type { SymbolPath } from '../../source/module-summary.ts';
import type { LineIndex } from '../../source/place.ts';
import { pathOf } from '../../source/resolve-local.ts';
import type { Scope } from '../../source/scopes.ts';
import {
  childrenOf,
  isFunction,
  lastName,
  staticKey,
  unwrap,
  type CallNode,
  type Node,
} from '../../source/syntax-tree.ts';
import { textPieces } from '../../source/text-pieces.ts';
import type { DrizzleFound, DrizzleMaker, DrizzleRelation, DrizzleTable } from './drizzle-summary.ts';
import { tableValue } from './table-value.ts';

/** Tables, what makes them, and relations, from the top level of a module. */
export function collectSchema(tree: ModuleTree, lines: LineIndex): Omit<DrizzleFound, 'queries'> {
  const tables: DrizzleTable[] = [];
  const makers: DrizzleMaker[] = [];
  for (const [name, declarations] of tree.module.declarations) {
    const declaration = declarations[0]?.declaration;
    if (declaration?.kind !== 'value' || declaration.init === undefined || declaration.keys.length > 0) continue;
    const call = makingCall(declaration.init);
    const maker = call === undefined ? undefined : makerOf(call, tree);
    const [first] = call?.arguments ?? [];
    if (call === undefined || maker === undefined || first === undefined) continue;
    const made = readMaker(name, maker, first, tree);
    if (made !== undefined) makers.push(made);
    else if (unwrap(first).type === 'Literal' || unwrap(first).type === 'TemplateLiteral')
      tables.push({
        name,
        maker,
        table: textPieces(first, tree.module, tree),
        references: call.arguments.flatMap((argument) => referencesIn(argument, tree)),
        line: lines.lineAt(call.start),
      });
  }
  return { tables, makers, relations: tree.calls.flatMap(({ node, scope }) => readRelations(node, scope, tree)) };
}

/** The first call of `pgTable(…).enableRLS()`, `pgView('v').as((qb) => …)`. */
function makingCall(init: Node): CallNode | undefined {
  let node = unwrap(init);
  while (node.type === 'CallExpression') {
    const callee = unwrap(node.callee);
    const before = callee.type === 'MemberExpression' ? unwrap(callee.object) : undefined;
    if (before?.type !== 'CallExpression') return node;
    node = before;
  }
  return undefined;
}

/** `pgTable`, or a creator or schema that a name of this project holds. */
function makerOf(call: CallNode, tree: ModuleTree): SymbolPath | undefined {
  const callee = unwrap(call.callee);
  // Followed by name, because what `pgSchema('auth')` gives back is nothing that this project defines.
  if (
    callee.type === 'MemberExpression' &&
    /^(?:table|view|materializedView)$/.test(staticKey(callee.property, callee.computed) ?? '')
  )
    return tableValue(callee.object, tree.module, tree) ?? pathOf(callee, tree.module, tree);
  return tableValue(callee, tree.module, tree) ?? pathOf(callee, tree.module, tree);
}

function readMaker(name: string, maker: SymbolPath, first: Node, tree: ModuleTree): DrizzleMaker | undefined {
  const made = maker.root.kind === 'import' ? [maker.root.name, ...maker.steps].at(-1) : undefined;
  if (made === undefined) return undefined;
  const inner = unwrap(first);
  if (made.endsWith('Schema') && inner.type === 'Literal')
    return { name, schema: String(inner.value), around: ['', ''] };
  if (!made.endsWith('TableCreator') || !isFunction(inner)) return undefined;
  const body = inner.body === null || inner.body.type === 'BlockStatement' ? undefined : unwrap(inner.body);
  if (body?.type !== 'TemplateLiteral') return { name, schema: undefined, around: ['', ''] };
  const known = (index: number) => body.quasis[index]?.value.cooked ?? '';
  const [expression] = body.expressions;
  const [parameter] = inner.params;
  // `` `${project}_${name}` ``: what stands before the name may be a constant.
  if (body.expressions.length === 1 && expression !== undefined && parameter?.type === 'Identifier')
    return { name, schema: undefined, around: [known(0), known(1)] };
  const before = textPieces(body, tree.module, tree).slice(0, -2);
  const text = before.map((piece) => (piece.kind === 'text' ? piece.text : '')).join('');
  return { name, schema: undefined, around: [text, known(body.quasis.length - 1)] };
}

/** `.references(() => users.id)`, `foreignKey({ columns, foreignColumns: [users.id] })`. */
function referencesIn(node: Node, tree: ModuleTree): SymbolPath[] {
  const found: SymbolPath[] = [];
  const visit = (at: Node): void => {
    if (at.type === 'CallExpression' && lastName(at.callee) === 'references') {
      const given = at.arguments[0] === undefined ? undefined : unwrap(at.arguments[0]);
      if (given !== undefined && isFunction(given) && given.body !== null) addColumn(given.body);
    }
    if (at.type === 'Property' && staticKey(at.key, at.computed) === 'foreignColumns') {
      const columns = unwrap(at.value);
      if (columns.type === 'ArrayExpression' && columns.elements[0] !== null && columns.elements[0] !== undefined)
        addColumn(columns.elements[0]);
    }
    for (const child of childrenOf(at)) visit(child);
  };
  const addColumn = (column: Node): void => {
    const inner = unwrap(column);
    const table = inner.type === 'MemberExpression' ? tableValue(inner.object, tree.module, tree) : undefined;
    if (table !== undefined) found.push(table);
  };
  visit(node);
  return found;
}

function readRelations(call: CallNode, scope: Scope, tree: ModuleTree): DrizzleRelation[] {
  const name = lastName(call.callee);
  if (name !== 'relations' && name !== 'defineRelations' && name !== 'defineRelationsPart') return [];
  const callback = call.arguments[1] === undefined ? undefined : unwrap(call.arguments[1]);
  const object = callback !== undefined && isFunction(callback) ? returnedObject(callback.body) : undefined;
  if (object === undefined) return [];
  if (name === 'relations') {
    const from = tableValue(call.arguments[0], scope, tree);
    return from === undefined
      ? []
      : entries(object).flatMap(([key, value]) => {
          const to = value.type === 'CallExpression' ? tableValue(value.arguments[0], scope, tree) : undefined;
          return to === undefined ? [] : [{ from, name: key, to }];
        });
  }
  return entries(object).flatMap(([from, inside]) =>
    entries(inside).flatMap(([key, value]) => {
      // `r.many.posts({ … })`
      const to = value.type === 'CallExpression' ? lastName(value.callee) : undefined;
      return to === undefined ? [] : [{ from, name: key, to }];
    }),
  );
}

function entries(node: Node): (readonly [string, Node])[] {
  if (node.type !== 'ObjectExpression') return [];
  return node.properties.flatMap((property) => {
    const key = property.type === 'Property' ? staticKey(property.key, property.computed) : undefined;
    return property.type === 'Property' && key !== undefined ? [[key, unwrap(property.value)] as const] : [];
  });
}

function returnedObject(body: Node | null): Node | undefined {
  const inner = body === null ? undefined : unwrap(body);
  if (inner?.type === 'ObjectExpression') return inner;
  if (inner?.type !== 'BlockStatement') return undefined;
  const last = inner.body.findLast((statement) => statement.type === 'ReturnStatement');
  return last?.type === 'ReturnStatement' && last.argument !== null ? unwrap(last.argument) : undefined;
}
