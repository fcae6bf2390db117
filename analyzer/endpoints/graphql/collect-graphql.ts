import type { ModuleTree } from '../../source/module-tree.ts';
import type { LineIndex } from '../../source/place.ts';
import { staticValue, type StaticObject } from '../../source/static-value.ts';
import { staticKey, unwrap, type Node } from '../../source/syntax-tree.ts';
import { withoutResults } from '../handlers.ts';
import { collectDefinedFields } from './collect-defined-fields.ts';
import type { GraphqlSummary } from './graphql-summary.ts';

/** The names of the three types where GraphQL starts. */
export const rootTypes: Readonly<Record<string, string>> = {
  Query: 'query',
  Mutation: 'mutation',
  Subscription: 'subscription',
};

/** Maps of resolvers, parts of them, and fields that are defined by calls. */
export function collectGraphql(tree: ModuleTree, lines: LineIndex, moduleId: string): GraphqlSummary | undefined {
  // Components hold no resolvers, and theirs are most of the objects of a repository.
  if (/[jt]sx$/.test(moduleId)) return undefined;
  const known = new Map<number, number>();
  const roots = tree.objects.flatMap(({ node, scope }) => {
    const isRoot = node.properties.some(
      (property) =>
        property.type === 'Property' &&
        Object.hasOwn(rootTypes, staticKey(property.key, property.computed) ?? '') &&
        holdsFields(property.value),
    );
    const value = isRoot ? withoutResults(staticValue(node, scope, tree, 6)) : undefined;
    return value?.kind === 'object' ? [remember(value)] : [];
  });
  const objects = new Map<string, StaticObject>();
  for (const [name, declarations] of tree.module.declarations) {
    for (const { declaration } of declarations) {
      if (declaration.kind === 'value' && declaration.init !== undefined && declaration.keys.length === 0)
        keep(name, declaration.init);
    }
  }
  for (const statement of tree.program.type === 'Program' ? tree.program.body : []) {
    if (statement.type === 'ExportDefaultDeclaration') keep('…default', statement.declaration as Node);
  }
  for (const { node } of tree.assignments) {
    const { left } = node;
    if (left.type === 'MemberExpression' && staticKey(left.property, left.computed) === 'exports')
      keep('…=', node.right);
  }
  const defined = collectDefinedFields(tree, lines);
  return roots.length + objects.size + defined.length === 0 ? undefined : { roots, objects, defined, lines: known };

  function keep(name: string, node: Node): void {
    const inner = unwrap(node);
    if (inner.type !== 'ObjectExpression' || !inner.properties.some((property) => isFieldLike(property))) return;
    const value = withoutResults(staticValue(inner, tree.module, tree, 9));
    if (value.kind === 'object') objects.set(name, remember(value));
  }

  function remember(object: StaticObject): StaticObject {
    for (const { at, value } of object.entries) {
      known.set(at, lines.lineAt(at));
      if (value.kind === 'object') remember(value);
    }
    return object;
  }
}

/** `typePolicies: { Query: { fields: … } }` is how a client keeps its cache. */
function holdsFields(node: Node): boolean {
  const inner = unwrap(node);
  if (inner.type === 'Identifier' || inner.type === 'CallExpression' || inner.type === 'MemberExpression') return true;
  if (inner.type !== 'ObjectExpression') return false;
  return inner.properties.some(
    (property) =>
      property.type === 'SpreadElement' ||
      (!['fields', 'keyFields', 'merge'].includes(staticKey(property.key, property.computed) ?? '') &&
        isFieldLike(property)),
  );
}

function isFieldLike(property: Node): boolean {
  if (property.type === 'SpreadElement') return true;
  if (property.type !== 'Property') return false;
  const value = unwrap(property.value);
  return !['Literal', 'TemplateLiteral', 'ArrayExpression', 'UnaryExpression', 'BinaryExpression'].includes(value.type);
}
