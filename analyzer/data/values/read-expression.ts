import type { ModuleTree } from '../../source/module-tree.ts';
import { requiredModule } from '../../source/resolve-local.ts';
import { annotationOf, classOf, lookup, unitOf, type Declaration, type Scope } from '../../source/scopes.ts';
import { isClass, isFunction, staticKey, unwrap, type Node } from '../../source/syntax-tree.ts';
import { textPieces } from '../../source/text-pieces.ts';
import { assignedValues, callbackCalls, returnedValues, staticMethods } from './module-flows.ts';
import { unknown, type Expression, type TypeExpression } from './expression.ts';

const deepest = 9;
const mostProperties = 60;

/** Reads expressions of one module into plain data. Each local name is read once, into `locals`. */
export interface ExpressionReader {
  readonly locals: Expression[];
  read(node: Node, scope: Scope): Expression;
  readType(node: Node): TypeExpression;
  /** What calls of a function without a name give back. */
  returnsOf(node: Node): Expression[];
}

export function createExpressionReader(tree: ModuleTree): ExpressionReader {
  const locals: Expression[] = [];
  const known = new Map<Declaration, number>();
  const callbacks = callbackCalls(tree);
  const assigned = assignedValues(tree);
  const returned = returnedValues(tree);
  const statics = staticMethods(tree);

  const read = (node: Node, scope: Scope, depth = 0): Expression => {
    if (depth > deepest) return unknown;
    const inner = unwrap(node);
    switch (inner.type) {
      case 'Identifier':
        return readName(inner.name, inner.start, scope, depth);
      case 'ThisExpression': {
        const unit = classOf(scope)?.unit;
        return unit === undefined ? readForeignThis(scope, depth) : thisOf(unit, scope);
      }
      case 'MemberExpression': {
        const name = staticKey(inner.property, inner.computed);
        const of = read(inner.object, scope, depth + 1);
        if (of.kind === 'unknown') return unknown;
        return name === undefined ? readComputed(of, inner.property, scope, depth) : { kind: 'member', of, name };
      }
      case 'CallExpression': {
        const required = requiredModule(inner);
        if (required !== undefined) return { kind: 'import', specifier: required, name: '=' };
        if (isRequire(inner.callee) && inner.arguments[0] !== undefined) return readRequired(inner.arguments[0], scope);
        return readCall('call', inner, scope, depth);
      }
      case 'NewExpression': {
        const required = requiredModule(inner);
        if (required !== undefined) return { kind: 'import', specifier: required, name: '=' };
        if (isRequire(inner.callee) && inner.arguments[0] !== undefined) return readRequired(inner.arguments[0], scope);
        return readCall('new', inner, scope, depth);
      }
      case 'ImportExpression':
        return inner.source.type === 'Literal' && typeof inner.source.value === 'string'
          ? { kind: 'import', specifier: inner.source.value, name: '*' }
          : readRequired(inner.source, scope);
      case 'Literal':
        if (typeof inner.value === 'boolean' || typeof inner.value === 'number')
          return { kind: 'constant', value: inner.value };
        return typeof inner.value === 'string'
          ? { kind: 'text', pieces: [{ kind: 'text', text: inner.value }] }
          : unknown;
      case 'TemplateLiteral':
      case 'BinaryExpression':
        return { kind: 'text', pieces: textPieces(inner, scope, tree) };
      case 'ObjectExpression':
        return readObject(inner, scope, depth);
      case 'ArrayExpression':
        return {
          kind: 'list',
          items: inner.elements
            .slice(0, mostProperties)
            .flatMap((element) =>
              element === null
                ? []
                : [read(element.type === 'SpreadElement' ? element.argument : element, scope, depth + 1)],
            ),
        };
      case 'ConditionalExpression':
        return {
          kind: 'either',
          options: [read(inner.consequent, scope, depth + 1), read(inner.alternate, scope, depth + 1)],
        };
      case 'LogicalExpression':
        return { kind: 'either', options: [read(inner.left, scope, depth + 1), read(inner.right, scope, depth + 1)] };
      case 'AssignmentExpression':
        return read(inner.right, scope, depth + 1);
      case 'SequenceExpression': {
        const last = inner.expressions.at(-1);
        return last === undefined ? unknown : read(last, scope, depth + 1);
      }
      case 'Super': {
        const unit = classOf(scope)?.unit;
        return unit === undefined ? unknown : { kind: 'member', of: thisOf(unit, scope), name: '…super' };
      }
      default:
        if (!isFunction(inner) && !isClass(inner)) return unknown;
        return readDefinition(inner, depth);
    }
  };

  /** In a static method `this` is the class. */
  const thisOf = (unit: string, scope: Scope): Expression => {
    let at: Scope | undefined = scope;
    while (at?.parent?.node !== undefined && !isClass(at.parent.node)) at = at.parent;
    return at?.node !== undefined && statics.has(at.node)
      ? { kind: 'this', unit, static: true }
      : { kind: 'this', unit };
  };

  /** `this` of a function that is put on a schema: `schema.statics.find = function () {…}`, `schema.pre('save', function () {…})`. */
  const readForeignThis = (scope: Scope, depth: number): Expression => {
    let at: Scope | undefined = scope;
    while (at?.node?.type === 'ArrowFunctionExpression') at = at.parent;
    if (at?.node === undefined || !isFunction(at.node)) return unknown;
    const given = assigned.onto.get(at.node);
    if (given !== undefined) return { kind: 'member', of: read(given.node, given.scope, depth + 1), name: given.name };
    const handed = callbacks.get(at.node);
    const callee = handed === undefined ? undefined : unwrap(handed.call.callee);
    if (handed === undefined || callee?.type !== 'MemberExpression') return unknown;
    const method = staticKey(callee.property, callee.computed);
    const name =
      method === 'static'
        ? '…statics'
        : method === 'pre' || method === 'post' || method === 'method'
          ? '…methods'
          : undefined;
    return name === undefined ? unknown : { kind: 'member', of: read(callee.object, handed.scope, depth + 1), name };
  };

  const readDefinition = (node: Node, depth: number): Expression => {
    const unit = tree.scopeOf.get(node)?.unit;
    if (unit !== undefined) return { kind: 'unit', unit, is: isClass(node) ? 'class' : 'function' };
    return isFunction(node) ? { kind: 'returns', options: returnsOf(node, depth + 1) } : unknown;
  };

  const returnsOf = (node: Node, depth = 0): Expression[] =>
    (returned.get(node) ?? []).slice(0, 6).map((entry) => read(entry.node, entry.scope, depth + 1));

  const readRequired = (argument: Node, scope: Scope): Expression => ({
    kind: 'required',
    pieces: textPieces(argument, scope, tree),
  });

  const readComputed = (of: Expression, key: Node, scope: Scope, depth: number): Expression => {
    const text = read(key, scope, depth + 1);
    const [piece] = text.kind === 'text' ? text.pieces : [];
    return piece?.kind === 'text' && text.kind === 'text' && text.pieces.length === 1
      ? { kind: 'member', of, name: piece.text }
      : { kind: 'element', of };
  };

  const readCall = (
    kind: 'call' | 'new',
    node: Extract<Node, { type: 'CallExpression' | 'NewExpression' }>,
    scope: Scope,
    depth: number,
  ): Expression => {
    const of = read(node.callee, scope, depth + 1);
    if (of.kind === 'unknown') return unknown;
    const types = node.typeArguments?.params.map((type) => readType(type)) ?? [];
    return {
      kind,
      of,
      arguments: node.arguments
        .slice(0, 8)
        .map((argument) => read(argument.type === 'SpreadElement' ? argument.argument : argument, scope, depth + 1)),
      ...(types.length === 0 ? {} : { types }),
    };
  };

  const readObject = (node: Extract<Node, { type: 'ObjectExpression' }>, scope: Scope, depth: number): Expression => {
    const properties: (readonly [string, Expression])[] = [];
    const spreads: Expression[] = [];
    for (const property of node.properties.slice(0, mostProperties)) {
      if (property.type === 'SpreadElement') {
        const spread = read(property.argument, scope, depth + 1);
        if (spread.kind !== 'unknown') spreads.push(spread);
        continue;
      }
      const key = staticKey(property.key, property.computed);
      if (key !== undefined) properties.push([key, read(property.value, scope, depth + 1)]);
    }
    return { kind: 'object', properties, spreads };
  };

  const readName = (name: string, at: number, scope: Scope, depth: number): Expression => {
    const declaration = lookup(scope, name, at);
    if (declaration === undefined) return name === 'undefined' ? unknown : { kind: 'free', name };
    switch (declaration.kind) {
      case 'import':
        return { kind: 'import', specifier: declaration.specifier, name: declaration.name };
      case 'function':
      case 'class': {
        const { unit } = declaration.scope;
        return unit === undefined ? unknown : { kind: 'unit', unit, is: declaration.kind };
      }
      case 'parameter':
        return readParameter(name, declaration, depth);
      case 'value': {
        const before = known.get(declaration);
        if (before !== undefined) return { kind: 'local', index: before };
        const index = locals.push(unknown) - 1;
        known.set(declaration, index);
        locals[index] = readLocal(name, declaration, depth);
        return { kind: 'local', index };
      }
    }
  };

  const readLocal = (name: string, declaration: Extract<Declaration, { kind: 'value' }>, depth: number): Expression => {
    const { init, keys, scope, type } = declaration;
    const later = assigned.values.get(declaration) ?? [];
    const options = [
      ...(init === undefined ? [] : [{ node: init, scope, keys }]),
      ...later.map((entry) => ({ ...entry, keys: [] })),
    ].map((entry) => through(read(entry.node, entry.scope, Math.min(depth + 1, 4)), entry.keys));
    const told = options.filter((option) => option.kind !== 'unknown' && option.kind !== 'constant');
    const members = assigned.members.get(declaration) ?? [];
    let value: Expression =
      told.length > 1 ? { kind: 'either', options: told } : (told[0] ?? options[0] ?? { kind: 'free', name });
    if (members.length > 0 && (value.kind === 'object' || value.kind === 'unknown' || value.kind === 'free')) {
      const properties = members.map(
        (entry) => [entry.name, read(entry.node, entry.scope, Math.min(depth + 1, 4))] as const,
      );
      value =
        value.kind === 'object'
          ? { ...value, properties: [...value.properties, ...properties] }
          : { kind: 'object', properties, spreads: [] };
    }
    return type === undefined
      ? value
      : { kind: 'typed', type: readType(type), ...(value.kind === 'free' ? {} : { value }) };
  };

  const readParameter = (
    name: string,
    declaration: Extract<Declaration, { kind: 'parameter' }>,
    depth: number,
  ): Expression => {
    const { scope, index, key } = declaration;
    const node = scope.node !== undefined && isFunction(scope.node) ? scope.node : undefined;
    const pattern = node?.params[index];
    const annotation = pattern === undefined ? undefined : annotationOf(pattern);
    const type = annotation === undefined ? undefined : readType(annotation);
    const handed = node === undefined ? undefined : callbacks.get(node);
    if (type === undefined && handed !== undefined && depth < 6) {
      const value = handedValue(handed, index, depth);
      if (value !== undefined) return key === undefined ? value : { kind: 'member', of: value, name: key };
    }
    return {
      kind: 'parameter',
      unit: scope.unit ?? `${unitOf(scope)}~${node?.start ?? 0}`,
      index,
      name,
      ...(key === undefined ? {} : { key }),
      ...(type === undefined ? {} : { type }),
    };
  };

  /** What a call hands to the function that it is given: results, elements, `(error, result)`. */
  const handedValue = (
    { call, scope }: { readonly call: Extract<Node, { type: 'CallExpression' }>; readonly scope: Scope },
    index: number,
    depth: number,
  ): Expression | undefined => {
    const callee = unwrap(call.callee);
    const method = callee.type === 'MemberExpression' ? staticKey(callee.property, callee.computed) : undefined;
    if (callee.type === 'MemberExpression' && method !== undefined) {
      if (settled.has(method)) return index === 0 ? read(callee.object, scope, depth + 1) : undefined;
      if (iterated.has(method)) {
        return index === (method === 'reduce' ? 1 : 0)
          ? { kind: 'element', of: read(callee.object, scope, depth + 1) }
          : undefined;
      }
    }
    const first = call.arguments[0];
    if (
      first !== undefined &&
      method !== undefined &&
      /^(?:each|map|forEach|eachSeries|eachLimit|mapSeries|mapLimit)$/.test(method) &&
      index === 0 &&
      !isFunction(unwrap(first))
    )
      return { kind: 'element', of: read(first, scope, depth + 1) };
    const results = readCall('call', call, scope, depth + 1);
    if (results.kind !== 'call') return undefined;
    // What comes to a callback is named `(error, result)`, or is the client of a transaction.
    return { kind: 'member', of: results, name: `…${index}` };
  };

  const readType = (node: Node, depth = 0): TypeExpression => {
    if (depth > 5) return { kind: 'unknown' };
    switch (node.type) {
      case 'TSTypeReference': {
        const name = typeName(node.typeName);
        if (name === undefined) return { kind: 'unknown' };
        const given = node.typeArguments?.params.map((type) => readType(type, depth + 1)) ?? [];
        return { kind: 'named', name: name.of, text: name.text, arguments: given };
      }
      case 'TSInterfaceHeritage':
      case 'TSClassImplements': {
        const name = typeName(node.expression);
        if (name === undefined) return { kind: 'unknown' };
        const given = node.typeArguments?.params.map((type) => readType(type, depth + 1)) ?? [];
        return { kind: 'named', name: name.of, text: name.text, arguments: given };
      }
      case 'TSArrayType':
        return readType(node.elementType, depth + 1);
      case 'TSUnionType':
      case 'TSIntersectionType':
        return { kind: 'several', options: node.types.map((type) => readType(type, depth + 1)) };
      case 'TSTypeOperator':
        return readType(node.typeAnnotation, depth + 1);
      case 'TSParenthesizedType':
        return readType(node.typeAnnotation, depth + 1);
      case 'TSTypeQuery': {
        const name = typeName(node.exprName);
        return name === undefined ? { kind: 'unknown' } : { kind: 'value', of: name.of };
      }
      default:
        return { kind: 'unknown' };
    }
  };

  const typeName = (node: Node): { readonly of: Expression; readonly text: string } | undefined => {
    if (node.type === 'Identifier') {
      const declaration = lookup(tree.module, node.name, Number.MAX_SAFE_INTEGER);
      if (declaration?.kind === 'import')
        return { of: { kind: 'import', specifier: declaration.specifier, name: declaration.name }, text: node.name };
      if (declaration?.kind === 'class' && declaration.scope.unit !== undefined)
        return { of: { kind: 'unit', unit: declaration.scope.unit, is: 'class' }, text: node.name };
      if (declaration?.kind === 'value')
        return { of: readName(node.name, Number.MAX_SAFE_INTEGER, tree.module, 2), text: node.name };
      return { of: { kind: 'free', name: node.name }, text: node.name };
    }
    const object =
      node.type === 'TSQualifiedName' ? node.left : node.type === 'MemberExpression' ? node.object : undefined;
    const last =
      node.type === 'TSQualifiedName'
        ? node.right.name
        : node.type === 'MemberExpression'
          ? staticKey(node.property, node.computed)
          : undefined;
    const outer = object === undefined ? undefined : typeName(object);
    return outer === undefined || last === undefined
      ? undefined
      : { of: { kind: 'member', of: outer.of, name: last }, text: last };
  };

  return {
    locals,
    read: (node, scope) => read(node, scope),
    readType: (node) => readType(node),
    returnsOf: (node) => returnsOf(node),
  };
}

const settled = new Set(['then', 'tap', 'finally', 'spread', 'once']);
const iterated = new Set([
  'map',
  'forEach',
  'filter',
  'find',
  'some',
  'every',
  'flatMap',
  'reduce',
  'sort',
  'findIndex',
  'each',
  'mapSeries',
  'eachAsync',
]);

function isRequire(callee: Node): boolean {
  return callee.type === 'Identifier' && callee.name === 'require';
}

function through(value: Expression, keys: readonly string[]): Expression {
  let at = value;
  for (const key of keys) {
    if (at.kind === 'unknown' || key === '…') return unknown;
    at = key === '[]' ? { kind: 'element', of: at } : { kind: 'member', of: at, name: key };
  }
  return at;
}
