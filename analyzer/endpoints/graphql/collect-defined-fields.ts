import type { ModuleTree } from '../../source/module-tree.ts';
import type { LineIndex } from '../../source/place.ts';
import { pathOf } from '../../source/resolve-local.ts';
import { classOf, type Scope } from '../../source/scopes.ts';
import { entryOf, staticValue, type StaticValue } from '../../source/static-value.ts';
import {
  childrenOf,
  isFunction,
  lastName,
  staticKey,
  unwrap,
  type CallNode,
  type Node,
} from '../../source/syntax-tree.ts';
import { withoutResults } from '../handlers.ts';
import type { DefinedField } from './graphql-summary.ts';

/** Calls that define fields of one type: the type's name, or where the call says it. */
const rootOf: Readonly<Record<string, string>> = {
  queryField: 'Query',
  queryFields: 'Query',
  queryType: 'Query',
  mutationField: 'Mutation',
  mutationFields: 'Mutation',
  mutationType: 'Mutation',
  subscriptionField: 'Subscription',
  subscriptionFields: 'Subscription',
  subscriptionType: 'Subscription',
};

/**
 * Pothos (`builder.queryField('me', (t) => t.field({ resolve }))`, `builder.queryType({ fields: (t) => ({ … }) })`), Nexus
 * (`queryField('me', { resolve })`, `extendType({ type: 'Query', definition(t) { t.field('me', { resolve }) } })`) and graphql-js
 * (`new GraphQLObjectType({ name: 'Query', fields: { me: { resolve } } })`).
 */
export function collectDefinedFields(tree: ModuleTree, lines: LineIndex): DefinedField[] {
  const defined: DefinedField[] = [];
  for (const { node, scope } of tree.calls) {
    const name = lastName(unwrap(node.callee)) ?? '';
    const root = rootOf[name];
    const maker =
      root === undefined && !['extendType', 'objectType'].includes(name) ? undefined : pathOf(node.callee, scope, tree);
    if (maker === undefined || maker.root.kind === 'parameter') continue;
    const [first, second] = node.arguments;
    if (root !== undefined && name.endsWith('Field') && first !== undefined) {
      const value = read(first, scope);
      if (second === undefined) {
        // `queryField((t) => { t.field('me', …) })`.
        fieldsInside(first, root, maker, tree, scope);
      } else add(root, value, second, maker, scope, node.start);
      continue;
    }
    if (first === undefined) continue;
    const options = read(first, scope);
    const type = root ?? typeName(options);
    if (type === undefined) continue;
    const inner = unwrap(first);
    if (name.endsWith('Fields')) fieldsOf(first, type, maker, scope);
    else if (inner.type === 'ObjectExpression') {
      for (const property of inner.properties) {
        if (property.type !== 'Property') continue;
        const key = staticKey(property.key, property.computed);
        if (key === 'fields') fieldsOf(property.value, type, maker, scope);
        if (key === 'definition') fieldsInside(property.value, type, maker, tree, scope);
      }
    }
  }
  for (const { node, scope } of tree.news) {
    if (lastName(node.callee) !== 'GraphQLObjectType') continue;
    const maker = pathOf(node.callee, scope, tree);
    const [first] = node.arguments;
    const inner = first === undefined ? undefined : unwrap(first);
    if (maker === undefined || inner?.type !== 'ObjectExpression') continue;
    const type = typeName(read(inner, scope));
    const fields = inner.properties.find(
      (property) => property.type === 'Property' && staticKey(property.key, property.computed) === 'fields',
    );
    if (type !== undefined && fields?.type === 'Property') fieldsOf(fields.value, type, maker, scope);
  }
  return defined;

  function read(node: Node, scope: Scope): StaticValue {
    return staticValue(node, scope, tree, 8);
  }

  function typeName(options: StaticValue): string | undefined {
    const name = entryOf(options, 'type') ?? entryOf(options, 'name');
    const [piece, ...further] = name?.kind === 'text' ? name.pieces : [];
    const text = piece?.kind === 'text' && further.length === 0 ? piece.text : undefined;
    const root = text === undefined ? null : /^(?:root)?(query|mutation|subscription)(?:type)?$/i.exec(text);
    const word = root?.[1]?.toLowerCase();
    return word === undefined ? text : word.charAt(0).toUpperCase() + word.slice(1);
  }

  /** `{ me: t.field({ resolve }) }`, or a function that gives such an object back. */
  function fieldsOf(node: Node, type: string, maker: DefinedField['maker'], scope: Scope): void {
    const inner = unwrap(node);
    if (isFunction(inner)) {
      const within = tree.scopeOf.get(inner) ?? scope;
      const { body } = inner;
      if (body === null) return;
      const returned = body.type === 'BlockStatement' ? body.body.at(-1) : body;
      const value = returned?.type === 'ReturnStatement' ? returned.argument : returned;
      if (value !== null && value !== undefined) fieldsOf(value, type, maker, within);
      return;
    }
    if (inner.type !== 'ObjectExpression') return;
    for (const property of inner.properties) {
      if (property.type !== 'Property') continue;
      const key = staticKey(property.key, property.computed);
      if (key !== undefined) add(type, key, property.value, maker, scope, property.start);
    }
  }

  /** `definition(t) { t.field('me', { resolve }); t.list.field('all', { resolve }) }`. */
  function fieldsInside(
    node: Node,
    type: string,
    maker: DefinedField['maker'],
    within: ModuleTree,
    scope: Scope,
  ): void {
    const inner = unwrap(node);
    const pending: Node[] = [inner];
    for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
      if (at.type === 'CallExpression') {
        const [name, options] = at.arguments;
        const value = name?.type === 'Literal' && typeof name.value === 'string' ? name.value : undefined;
        if (value !== undefined && options !== undefined)
          add(type, value, options, maker, scopeAt(at, within, scope), at.start);
      }
      pending.push(...childrenOf(at));
    }
  }

  function scopeAt(call: CallNode, within: ModuleTree, scope: Scope): Scope {
    return within.calls.find(({ node }) => node === call)?.scope ?? classOf(scope) ?? scope;
  }

  function add(
    type: string,
    name: StaticValue | string,
    options: Node,
    maker: DefinedField['maker'],
    scope: Scope,
    at: number,
  ): void {
    const handler = resolverIn(options, scope);
    if (handler !== undefined || type === 'Query' || type === 'Mutation' || type === 'Subscription')
      defined.push({
        type,
        name,
        handler: handler === undefined ? undefined : withoutResults(handler),
        maker,
        line: lines.lineAt(at),
      });
  }

  /** The `resolve` (or `subscribe`) function, however deep: `t.field({ resolve })`, `(t) => t.prismaField({ resolve })`. */
  function resolverIn(node: Node, scope: Scope): StaticValue | undefined {
    const pending: Node[] = [node];
    for (let at = pending.shift(); at !== undefined; at = pending.shift()) {
      if (at.type === 'Property') {
        const key = staticKey(at.key, at.computed);
        if (key === 'resolve' || key === 'subscribe') return read(at.value, scope);
      }
      pending.push(...childrenOf(at));
    }
    return undefined;
  }
}
