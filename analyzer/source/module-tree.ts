import type { LineIndex } from './place.ts';
import type { UnitRecord } from './module-summary.ts';
import { nameChildren } from './bound-names.ts';
import { annotatedType, createScope, declare, declarePattern, memberType, unitOf, type Scope } from './scopes.ts';
import {
  childrenOf,
  isClass,
  isFunction,
  staticKey,
  unwrap,
  type CallNode,
  type ClassNode,
  type FunctionNode,
  type Node,
} from './syntax-tree.ts';

export interface Located<T> {
  readonly node: T;
  readonly scope: Scope;
}

/** One walk over a syntax tree: its scopes, units and the nodes that later readers ask for. */
export interface ModuleTree {
  /** The whole syntax tree, for adapters that read statements in their order. */
  readonly program: Node;
  readonly module: Scope;
  readonly units: readonly UnitRecord[];
  readonly scopeOf: ReadonlyMap<Node, Scope>;
  readonly calls: readonly Located<CallNode>[];
  /** Outermost chains `a`, `a.b.c`, `new A`, with the call that they are the callee of. */
  readonly chains: readonly (Located<Node> & { readonly call: CallNode | undefined })[];
  /** Outermost texts: literals, templates, concatenations. `call` is the call whose argument or tag they are. */
  readonly texts: readonly (Located<Node> & { readonly callee: Node | undefined; readonly name: string | undefined })[];
  readonly assignments: readonly Located<Extract<Node, { type: 'AssignmentExpression' }>>[];
  readonly returns: readonly Located<Node>[];
  /** Functions that are members of an object literal, and that object. */
  readonly objectMembers: ReadonlyMap<Node, Extract<Node, { type: 'ObjectExpression' }>>;
  /** Functions that are put on a prototype (`Oven.prototype.bake = …`), and whose it is. */
  readonly prototypeMembers: ReadonlyMap<Node, Located<Node>>;
  readonly identifiers: ReadonlyMap<string, number>;
  readonly news: readonly Located<Extract<Node, { type: 'NewExpression' }>>[];
  readonly objects: readonly Located<Extract<Node, { type: 'ObjectExpression' }>>[];
  readonly enums: readonly Located<Extract<Node, { type: 'TSEnumDeclaration' }>>[];
  /** Interfaces and type aliases, by name. */
  readonly types: ReadonlyMap<string, Extract<Node, { type: 'TSInterfaceDeclaration' | 'TSTypeAliasDeclaration' }>>;
}

export function buildModuleTree(program: Node, lines: LineIndex): ModuleTree {
  const module = createScope(undefined, undefined, undefined);
  const names = new Map<Node, string>();
  const taken = new Map<string, number>();
  const units: UnitRecord[] = [];
  const scopeOf = new Map<Node, Scope>();
  const calls: Located<CallNode>[] = [];
  const chains: (Located<Node> & { call: CallNode | undefined })[] = [];
  const texts: (Located<Node> & { callee: Node | undefined; name: string | undefined })[] = [];
  const assignments: Located<Extract<Node, { type: 'AssignmentExpression' }>>[] = [];
  const returns: Located<Node>[] = [];
  const objectMembers = new Map<Node, Extract<Node, { type: 'ObjectExpression' }>>();
  const prototypeMembers = new Map<Node, Located<Node>>();
  const identifiers = new Map<string, number>();
  const news: Located<Extract<Node, { type: 'NewExpression' }>>[] = [];
  const objects: Located<Extract<Node, { type: 'ObjectExpression' }>>[] = [];
  const enums: Located<Extract<Node, { type: 'TSEnumDeclaration' }>>[] = [];
  const types = new Map<string, Extract<Node, { type: 'TSInterfaceDeclaration' | 'TSTypeAliasDeclaration' }>>();

  const openScope = (node: FunctionNode | ClassNode, scope: Scope): Scope => {
    const bound = names.get(node);
    const parentClass = scope.node !== undefined && isClass(scope.node) ? scope.unit : undefined;
    const full = bound === undefined ? undefined : parentClass === undefined ? bound : `${parentClass}.${bound}`;
    const unit = full === undefined ? undefined : uniqueName(full, taken);
    const inner = createScope(scope, unit, node);
    scopeOf.set(node, inner);
    if (unit !== undefined) {
      const line = lines.lineAt(node.start);
      units.push({
        name: unit,
        kind: isClass(node) ? 'class' : 'function',
        line,
        lines: lines.lineAt(node.end) - line + 1,
        within: unitOf(scope),
        parameters: isClass(node) ? [] : node.params.map((parameter) => parameterName(parameter)),
      });
    }
    if (isFunction(node)) declareParameters(node, inner);
    if (node.id !== null && node.id !== undefined) {
      const declared: string = node.type;
      const holder = declared.endsWith('Declaration') ? scope : inner;
      declare(holder, node.id.name, node.start, { kind: isClass(node) ? 'class' : 'function', scope: inner });
    }
    return inner;
  };

  const visit = (node: Node, scope: Scope, callee: Node | undefined): void => {
    if (isTypeOnly(node)) {
      if (node.type === 'TSInterfaceDeclaration' || node.type === 'TSTypeAliasDeclaration')
        types.set(node.id.name, node);
      return;
    }
    nameChildren(node, names);
    if (isFunction(node) || isClass(node)) {
      const inner = openScope(node, scope);
      if (node.type === 'ArrowFunctionExpression' && node.body.type !== 'BlockStatement')
        returns.push({ node: node.body, scope: inner });
      for (const child of childrenOf(node)) if (child !== node.id) visit(child, inner, undefined);
      return;
    }
    switch (node.type) {
      case 'ImportDeclaration':
        declareImports(node, module);
        return;
      case 'TSImportEqualsDeclaration':
        if (node.moduleReference.type === 'TSExternalModuleReference') {
          const specifier = node.moduleReference.expression.value;
          declare(module, node.id.name, node.start, { kind: 'import', specifier, name: '=' });
        }
        return;
      case 'VariableDeclarator': {
        const init = node.init ?? undefined;
        const type = annotatedType(node.id);
        declarePattern(node.id, [], (keys) => ({ kind: 'value', init, keys, scope, type }), scope);
        if (node.id.type !== 'Identifier') visitPatternDefaults(node.id, scope);
        if (init !== undefined) visit(init, scope, undefined);
        return;
      }
      case 'CallExpression':
      case 'NewExpression':
        if (node.type === 'CallExpression') calls.push({ node, scope });
        else news.push({ node, scope });
        visitChain(node.callee, scope, node.type === 'CallExpression' ? node : undefined);
        for (const argument of node.arguments) visit(argument, scope, node.callee);
        return;
      case 'TaggedTemplateExpression':
        visitChain(node.tag, scope, undefined);
        texts.push({ node: node.quasi, scope, callee: node.tag, name: undefined });
        for (const expression of node.quasi.expressions) visit(expression, scope, node.tag);
        return;
      case 'Literal':
        if (typeof node.value === 'string') texts.push({ node, scope, callee, name: undefined });
        return;
      case 'TemplateLiteral':
        texts.push({ node, scope, callee, name: undefined });
        for (const expression of node.expressions) visit(expression, scope, undefined);
        return;
      case 'BinaryExpression':
        if (node.operator === '+' && containsText(node)) {
          texts.push({ node, scope, callee, name: undefined });
          for (const operand of operandsOf(node)) if (!isText(operand)) visit(operand, scope, undefined);
          return;
        }
        break;
      case 'ObjectExpression':
        objects.push({ node, scope });
        for (const property of node.properties) {
          if (property.type === 'SpreadElement') visit(property.argument, scope, undefined);
          else {
            nameChildren(property, names);
            if (property.computed) visit(property.key, scope, undefined);
            objectMembers.set(unwrap(property.value), node);
            // `{ text: 'select …' }` is how pg takes a prepared query: the call around it counts.
            visit(property.value, scope, callee);
          }
        }
        return;
      case 'AssignmentExpression':
        assignments.push({ node, scope });
        notePrototype(node, scope);
        break;
      case 'ReturnStatement':
        if (node.argument !== null) returns.push({ node: node.argument, scope });
        break;
      case 'Identifier':
      case 'MemberExpression':
        visitChain(node, scope, undefined);
        return;
      case 'MethodDefinition':
      case 'PropertyDefinition':
        if (node.computed) visit(node.key, scope, undefined);
        for (const decorator of node.decorators) visit(decorator, scope, undefined);
        if (node.value !== null) visit(node.value, scope, undefined);
        return;
      case 'ExportNamedDeclaration':
        if (node.declaration !== null) visit(node.declaration, scope, undefined);
        return;
      case 'TSEnumDeclaration':
        declare(scope, node.id.name, node.start, { kind: 'value', init: undefined, keys: [], scope });
        enums.push({ node, scope });
        return;
      case 'ExportAllDeclaration':
      case 'MetaProperty':
        return;
      case 'LabeledStatement':
        visit(node.body, scope, undefined);
        return;
      case 'CatchClause':
        if (node.param !== null)
          declarePattern(node.param, [], (keys) => ({ kind: 'value', init: undefined, keys, scope }), scope);
        visit(node.body, scope, undefined);
        return;
      case 'ConditionalExpression':
      case 'LogicalExpression':
      case 'ArrayExpression':
      case 'AwaitExpression':
        for (const child of childrenOf(node)) visit(child, scope, callee);
        return;
      default:
    }
    for (const child of childrenOf(node)) visit(child, scope, undefined);
  };

  const visitChain = (node: Node, scope: Scope, call: CallNode | undefined): void => {
    const inner = unwrap(node);
    if (inner.type === 'Identifier') identifiers.set(inner.name, (identifiers.get(inner.name) ?? 0) + 1);
    if (inner.type === 'Super') chains.push({ node: inner, scope, call });
    else if (inner.type === 'Identifier' || inner.type === 'MemberExpression') {
      chains.push({ node: inner, scope, call });
      visitInsideChain(inner, scope);
    } else visit(inner, scope, undefined);
  };

  /** Calls, arguments and computed keys in the middle of a chain: `a(x).b[y].c`. */
  const visitInsideChain = (node: Node, scope: Scope): void => {
    if (node.type !== 'MemberExpression') return;
    if (node.computed) visit(node.property, scope, undefined);
    else if (node.property.type === 'Identifier') {
      identifiers.set(node.property.name, (identifiers.get(node.property.name) ?? 0) + 1);
    }
    const object = unwrap(node.object);
    if (object.type === 'MemberExpression') visitInsideChain(object, scope);
    else if (object.type === 'Identifier') identifiers.set(object.name, (identifiers.get(object.name) ?? 0) + 1);
    else visit(object, scope, undefined);
  };

  const notePrototype = ({ left, right }: Extract<Node, { type: 'AssignmentExpression' }>, scope: Scope): void => {
    if (left.type !== 'MemberExpression') return;
    const onPrototype = (node: Node) =>
      node.type === 'MemberExpression' && staticKey(node.property, node.computed) === 'prototype'
        ? node.object
        : undefined;
    const value = unwrap(right);
    const holder = onPrototype(left.object);
    if (holder !== undefined && isFunction(value)) prototypeMembers.set(value, { node: holder, scope });
    const whole = onPrototype(left);
    if (whole === undefined || value.type !== 'ObjectExpression') return;
    for (const property of value.properties)
      if (property.type === 'Property') prototypeMembers.set(unwrap(property.value), { node: whole, scope });
  };

  const visitPatternDefaults = (pattern: Node, scope: Scope): void => {
    for (const child of childrenOf(pattern)) {
      if (child.type === 'AssignmentPattern') visit(child.right, scope, undefined);
      if (child.type === 'Property' || child.type === 'ObjectPattern' || child.type === 'ArrayPattern')
        visitPatternDefaults(child, scope);
    }
  };

  visit(program, module, undefined);
  return {
    program,
    module,
    units,
    scopeOf,
    calls,
    chains,
    texts,
    assignments,
    returns,
    objectMembers,
    prototypeMembers,
    identifiers,
    news,
    objects,
    enums,
    types,
  };
}

function declareParameters(node: FunctionNode, inner: Scope): void {
  node.params.forEach((parameter, index) => {
    const type = annotatedType(parameter);
    declarePattern(
      parameter,
      [],
      (keys) => ({
        kind: 'parameter',
        scope: inner,
        index,
        key: keys[0],
        type: keys.length === 0 ? type : memberType(parameter, keys),
      }),
      inner,
    );
  });
}

function declareImports(node: Extract<Node, { type: 'ImportDeclaration' }>, module: Scope): void {
  for (const specifier of node.specifiers) {
    const name =
      specifier.type === 'ImportDefaultSpecifier'
        ? 'default'
        : specifier.type === 'ImportNamespaceSpecifier'
          ? '*'
          : specifier.imported.type === 'Identifier'
            ? specifier.imported.name
            : specifier.imported.value;
    declare(module, specifier.local.name, specifier.start, { kind: 'import', specifier: node.source.value, name });
  }
}

/** Names are unique in a module: the second `save` is `save@2`. */
function uniqueName(name: string, taken: Map<string, number>): string {
  const count = (taken.get(name) ?? 0) + 1;
  taken.set(name, count);
  return count === 1 ? name : `${name}@${count}`;
}

function parameterName(parameter: Node): string {
  const inner =
    parameter.type === 'AssignmentPattern'
      ? parameter.left
      : parameter.type === 'TSParameterProperty'
        ? parameter.parameter
        : parameter;
  return inner.type === 'Identifier' ? inner.name : '';
}

function isTypeOnly(node: Node): boolean {
  switch (node.type) {
    case 'TSTypeAnnotation':
    case 'TSTypeParameterInstantiation':
    case 'TSTypeParameterDeclaration':
    case 'TSInterfaceDeclaration':
    case 'TSTypeAliasDeclaration':
    case 'TSClassImplements':
      return true;
    default:
      return false;
  }
}

export function isText(node: Node): boolean {
  return (node.type === 'Literal' && typeof node.value === 'string') || node.type === 'TemplateLiteral';
}

/** The operands of `a + b + c`, left to right. */
export function operandsOf(node: Node): Node[] {
  const inner = unwrap(node);
  if (inner.type !== 'BinaryExpression' || inner.operator !== '+') return [inner];
  return [...operandsOf(inner.left), ...operandsOf(inner.right)];
}

function containsText(node: Node): boolean {
  return operandsOf(node).some(isText);
}
