import type { ModuleTree } from '../../source/module-tree.ts';
import type { LineIndex } from '../../source/place.ts';
import { pathOf } from '../../source/resolve-local.ts';
import { unitOf, type Scope } from '../../source/scopes.ts';
import { childrenOf, isClass, staticKey, unwrap, type ClassNode, type Node } from '../../source/syntax-tree.ts';
import { entriesOf, shapeOf, textsOf, valuesAt, type ObjectShape } from '../object-shape/object-shape.ts';
import { callChains, type CallChain } from '../query-builder/call-chain.ts';
import { tableTexts } from '../query-builder/table-argument.ts';
import type { ObjectionFound, ObjectionModel, ObjectionQuery, ObjectionRelation } from './objection-summary.ts';

/** Models (classes with a `tableName`) and the queries that start from one. */
export function collectObjection(tree: ModuleTree, lines: LineIndex): ObjectionFound | undefined {
  const models = [...tree.scopeOf].flatMap(([node, scope]) =>
    isClass(node) && scope.unit !== undefined ? readModel(node, scope, scope.unit, tree, lines) : [],
  );
  const queries = callChains(tree).flatMap((chain) => readQuery(chain, tree, lines));
  return models.length + queries.length === 0 ? undefined : { models, queries };
}

function readModel(
  node: ClassNode,
  scope: Scope,
  name: string,
  tree: ModuleTree,
  lines: LineIndex,
): readonly ObjectionModel[] {
  const table = staticValue(node, 'tableName');
  if (table === undefined || node.superClass === null) return [];
  const mappings = staticValue(node, 'relationMappings');
  const relations =
    mappings === undefined
      ? []
      : entriesOf(shapeOf(mappings, scope, tree)).flatMap((entry) => readRelation(entry, mappings));
  return [{ name, table: tableTexts(table, scope, tree), relations, line: lines.lineAt(node.start) }];
}

/** `static x = …`, `static get x() { return … }`, `static relationMappings = () => ({ … })`. */
function staticValue(node: ClassNode, name: string): Node | undefined {
  for (const member of node.body.body) {
    if ((member.type !== 'PropertyDefinition' && member.type !== 'MethodDefinition') || !member.static) continue;
    if (staticKey(member.key, member.computed) !== name || member.value === null) continue;
    const value = unwrap(member.value);
    if (value.type === 'FunctionExpression') return value.body === null ? undefined : returnedBy(value.body);
    if (value.type !== 'ArrowFunctionExpression') return value;
    return value.body.type === 'BlockStatement' ? returnedBy(value.body) : value.body;
  }
  return undefined;
}

function returnedBy(node: Node): Node | undefined {
  if (node.type === 'ReturnStatement') return node.argument ?? undefined;
  for (const child of childrenOf(node)) {
    const found = child.type === 'BlockStatement' || child.type === 'ReturnStatement' ? returnedBy(child) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The kind of relation is a member of `Model`: read from the tree, because its value is not in this project. */
function readRelation([name, shape]: readonly [string, ObjectShape], mappings: Node): ObjectionRelation[] {
  const column = (join: readonly ObjectShape[], key: string) =>
    join.flatMap((one) => valuesAt(one, key)).flatMap((value) => [...textsOf(value)])[0];
  const join = valuesAt(shape, 'join');
  const to = column(join, 'to');
  if (to === undefined) return [];
  const through = column(
    join.flatMap((one) => valuesAt(one, 'through')),
    'from',
  );
  const relation = relationName(name, mappings) ?? '';
  return [
    {
      name,
      kind: through !== undefined ? 'manyToMany' : /BelongsTo/.test(relation) ? 'belongsTo' : 'has',
      table: tableOf(to),
      through: through === undefined ? undefined : tableOf(through),
    },
  ];
}

function relationName(name: string, mappings: Node): string | undefined {
  const object = unwrap(mappings);
  if (object.type !== 'ObjectExpression') return undefined;
  for (const property of object.properties) {
    if (property.type !== 'Property' || staticKey(property.key, property.computed) !== name) continue;
    const value = unwrap(property.value);
    if (value.type !== 'ObjectExpression') return undefined;
    for (const one of value.properties) {
      if (one.type !== 'Property' || staticKey(one.key, one.computed) !== 'relation') continue;
      const held = unwrap(one.value);
      return held.type === 'MemberExpression' ? staticKey(held.property, held.computed) : undefined;
    }
  }
  return undefined;
}

/** `schema.persons.id` → `schema.persons`. */
function tableOf(column: string): string {
  return column.slice(0, column.lastIndexOf('.'));
}

const starts = new Set(['query', '$query', '$relatedQuery', 'relatedQuery', '$fetchGraph', 'fetchGraph']);
const graphVerb =
  /^(?:withGraphFetched|withGraphJoined|eager|mergeEager|joinEager|\$?fetchGraph|(?:left|inner|right|full|outer|leftOuter|rightOuter)?[jJ]oin(?:Related|Relation))$/;
const writeVerb = /^(?:insert|patch|update|delete|relate|unrelate|upsert|increment|decrement|truncate)/;
const bothVerb = /^(?:upsertGraph|patchAndFetch|updateAndFetch)/;

function readQuery({ links, scope }: CallChain, tree: ModuleTree, lines: LineIndex): ObjectionQuery[] {
  const index = links.findIndex(({ name, call }) => call !== undefined && name !== undefined && starts.has(name));
  const start = links[index];
  const callee = start?.call?.callee;
  if (start?.name === undefined || start.call === undefined || callee?.type !== 'MemberExpression') return [];
  const model = pathOf(callee.object, scope, tree);
  if (model === undefined) return [];
  const after = links.slice(index + 1);
  const called = after.flatMap(({ name, call }) => (call === undefined || name === undefined ? [] : [name]));
  const graphs = [start, ...after].flatMap(({ name, call }) =>
    name !== undefined && call !== undefined && graphVerb.test(name) ? graphArguments(call.arguments, scope, tree) : [],
  );
  const writes = called.some((name) => writeVerb.test(name));
  const graph = after.find(
    ({ name }) => name === 'insertGraph' || name === 'upsertGraph' || name === 'insertWithRelated',
  );
  const [first] = start.call.arguments;
  const related = start.name.endsWith('elatedQuery') && first?.type === 'Literal' ? String(first.value) : undefined;
  return [
    {
      unit: unitOf(scope),
      model,
      related,
      modes: called.some((name) => bothVerb.test(name)) ? ['read', 'write'] : [writes ? 'write' : 'read'],
      graphs,
      written: graph?.call?.arguments[0] === undefined ? undefined : shapeOf(graph.call.arguments[0], scope, tree),
      at: start.at,
      line: lines.lineAt(start.at),
    },
  ];
}

function graphArguments(given: readonly Node[], scope: Scope, tree: ModuleTree): ObjectShape[] {
  return given.map((argument) => shapeOf(argument, scope, tree));
}
