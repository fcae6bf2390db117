import { commonJsExport } from '../../dependencies/collect-exports.ts';
import type { ModuleTree } from '../../source/module-tree.ts';
import type { LineIndex } from '../../source/place.ts';
import { annotationOf, unitOf, type Scope } from '../../source/scopes.ts';
import {
  isClass,
  isFunction,
  lastName,
  staticKey,
  unwrap,
  type CallNode,
  type ClassNode,
  type Node,
} from '../../source/syntax-tree.ts';
import {
  unknown,
  type CallRecord,
  type ClassRecord,
  type Expression,
  type MemberRecord,
  type ModuleValues,
  type TypeExpression,
} from './expression.ts';
import { createExpressionReader, type ExpressionReader } from './read-expression.ts';

/** Reads what a module says about values: what its names and fields hold, and the calls that may go to a store. */
export function collectValues(
  tree: ModuleTree,
  lines: LineIndex,
  wanted: (method: string) => boolean,
): ModuleValues | undefined {
  const reader = createExpressionReader(tree);
  const values: ModuleValues = {
    locals: reader.locals,
    bindings: collectBindings(tree, reader),
    returns: collectReturns(tree, reader),
    classes: collectClasses(tree, lines, reader),
    types: collectTypes(tree, reader),
    calls: [...collectCalls(tree, lines, reader, wanted), ...collectChanges(tree, lines, reader)],
  };
  const size =
    values.bindings.size + values.returns.size + values.classes.size + values.types.size + values.calls.length;
  return size === 0 ? undefined : values;
}

function collectBindings(tree: ModuleTree, reader: ExpressionReader): Map<string, Expression> {
  const bindings = new Map<string, Expression>();
  const hold = (name: string, expression: Expression) => {
    if (expression.kind !== 'unknown' && expression.kind !== 'constant') bindings.set(name, expression);
  };
  for (const [name, declarations] of tree.module.declarations) {
    const [first] = declarations;
    if (first?.declaration.kind !== 'value') continue;
    const at: Node = { type: 'Identifier', name, start: Number.MAX_SAFE_INTEGER, end: Number.MAX_SAFE_INTEGER };
    hold(name, reader.read(at, tree.module));
  }
  for (const { node, scope } of tree.assignments) {
    const name = commonJsExport(node.left);
    if (name !== undefined) hold(`…${name}`, reader.read(node.right, scope));
  }
  if (tree.program.type !== 'Program') return bindings;
  for (const statement of tree.program.body) {
    if (statement.type === 'ExportDefaultDeclaration')
      hold('…default', reader.read(statement.declaration as Node, tree.module));
    if (statement.type === 'TSExportAssignment') hold('…=', reader.read(statement.expression, tree.module));
  }
  return bindings;
}

function collectReturns(tree: ModuleTree, reader: ExpressionReader): Map<string, readonly Expression[]> {
  const returns = new Map<string, readonly Expression[]>();
  for (const [node, scope] of tree.scopeOf) {
    if (!isFunction(node) || scope.unit === undefined) continue;
    const told = reader
      .returnsOf(node)
      .filter((value) => value.kind !== 'unknown' && value.kind !== 'constant' && value.kind !== 'text');
    const annotation = node.returnType?.typeAnnotation;
    const type = annotation === undefined ? undefined : reader.readType(annotation);
    if (type !== undefined && type.kind !== 'unknown') told.unshift({ kind: 'typed', type });
    if (told.length > 0) returns.set(scope.unit, told);
  }
  return returns;
}

function collectClasses(tree: ModuleTree, lines: LineIndex, reader: ExpressionReader): Map<string, ClassRecord> {
  const classes = new Map<string, ClassRecord>();
  for (const [node, scope] of tree.scopeOf) {
    if (isClass(node) && scope.unit !== undefined) classes.set(scope.unit, readClass(node, scope, tree, lines, reader));
  }
  return classes;
}

function readClass(
  node: ClassNode,
  scope: Scope,
  tree: ModuleTree,
  lines: LineIndex,
  reader: ExpressionReader,
): ClassRecord {
  const members: MemberRecord[] = [];
  let constructorUnit: string | undefined;
  const decoratorsOf = (owner: { readonly decorators?: readonly { readonly expression: Node }[] }) =>
    (owner.decorators ?? []).map((decorator) => reader.read(decorator.expression, scope));
  const typed = (annotation: Node | undefined) =>
    annotation === undefined ? {} : { type: reader.readType(annotation) };
  for (const member of node.body.body) {
    if (member.type === 'PropertyDefinition' || member.type === 'AccessorProperty') {
      const name = staticKey(member.key, member.computed);
      if (name === undefined) continue;
      const value = member.value === null ? undefined : reader.read(member.value, scope);
      members.push({
        name,
        kind: 'field',
        static: member.static,
        decorators: decoratorsOf(member),
        ...typed(annotationOf(member)),
        ...(value === undefined || value.kind === 'unknown' ? {} : { value }),
        line: lines.lineAt(member.start),
      });
    } else if (member.type === 'MethodDefinition') {
      if (member.kind === 'constructor') {
        constructorUnit = tree.scopeOf.get(member.value)?.unit;
        for (const parameter of member.value.params) {
          if (parameter.type !== 'TSParameterProperty') continue;
          const held =
            parameter.parameter.type === 'AssignmentPattern' ? parameter.parameter.left : parameter.parameter;
          if (held.type !== 'Identifier') continue;
          const inner = tree.scopeOf.get(member.value);
          members.push({
            name: held.name,
            kind: 'field',
            static: false,
            decorators: decoratorsOf(parameter),
            ...typed(annotationOf(parameter)),
            ...(inner === undefined ? {} : { value: reader.read(held, inner) }),
            line: lines.lineAt(parameter.start),
          });
        }
        continue;
      }
      const name = staticKey(member.key, member.computed);
      if (name === undefined) continue;
      const decorators = decoratorsOf(member);
      if (member.kind === 'get' && member.value.returnType !== null && member.value.returnType !== undefined)
        members.push({
          name,
          kind: 'getter',
          static: member.static,
          decorators,
          type: reader.readType(member.value.returnType.typeAnnotation),
          line: lines.lineAt(member.start),
        });
      else if (member.kind === 'get') {
        const [value] = reader.returnsOf(member.value);
        members.push({
          name,
          kind: 'getter',
          static: member.static,
          decorators,
          ...(value === undefined ? {} : { value }),
          line: lines.lineAt(member.start),
        });
      } else
        members.push({ name, kind: 'method', static: member.static, decorators, line: lines.lineAt(member.start) });
    }
  }
  const parentArguments: Expression[] = [];
  for (const { node: call, scope: within } of tree.calls) {
    if (call.callee.type === 'Super' && unitOf(within) === constructorUnit)
      parentArguments.push(...call.arguments.map((argument) => reader.read(argument, within)));
  }
  addAssignedFields(scope, tree, lines, reader, members);
  const parent = node.superClass === null ? unknown : reader.read(node.superClass, scope);
  return {
    line: lines.lineAt(node.start),
    decorators: decoratorsOf(node),
    ...(parent.kind === 'unknown' ? {} : { parent }),
    parentTypes: node.superTypeArguments?.params.map((type) => reader.readType(type)) ?? [],
    parentArguments,
    typeParameters: node.typeParameters?.params.map((parameter) => parameter.name.name) ?? [],
    members,
    ...(constructorUnit === undefined ? {} : { constructorUnit }),
  };
}

/** `this.orders = …` in a method. */
function addAssignedFields(
  scope: Scope,
  tree: ModuleTree,
  lines: LineIndex,
  reader: ExpressionReader,
  members: MemberRecord[],
): void {
  for (const { node, scope: within } of tree.assignments) {
    const { left } = node;
    if (left.type !== 'MemberExpression' || left.object.type !== 'ThisExpression') continue;
    let holder: Scope | undefined = within;
    while (holder !== undefined && (holder.node === undefined || !isClass(holder.node))) holder = holder.parent;
    const name = staticKey(left.property, left.computed);
    if (holder !== scope || name === undefined) continue;
    const value = reader.read(node.right, within);
    if (value.kind !== 'unknown' && value.kind !== 'constant')
      members.push({ name, kind: 'field', static: false, decorators: [], value, line: lines.lineAt(node.start) });
  }
}

function collectTypes(tree: ModuleTree, reader: ExpressionReader): Map<string, TypeExpression> {
  const types = new Map<string, TypeExpression>();
  if (tree.program.type !== 'Program') return types;
  for (const statement of tree.program.body) {
    const declared =
      statement.type === 'ExportNamedDeclaration' || statement.type === 'ExportDefaultDeclaration'
        ? statement.declaration
        : statement;
    if (declared?.type === 'TSTypeAliasDeclaration') {
      const type = reader.readType(declared.typeAnnotation);
      if (type.kind !== 'unknown') types.set(declared.id.name, type);
    } else if (declared?.type === 'TSInterfaceDeclaration' && declared.extends.length > 0) {
      types.set(declared.id.name, {
        kind: 'several',
        options: declared.extends.map((parent) => reader.readType(parent)),
      });
    }
  }
  return types;
}

function collectCalls(
  tree: ModuleTree,
  lines: LineIndex,
  reader: ExpressionReader,
  wanted: (method: string) => boolean,
): CallRecord[] {
  const outer = new Map<Node, CallNode>();
  for (const { node } of tree.calls) {
    const callee = unwrap(node.callee);
    const inner = callee.type === 'MemberExpression' ? unwrap(callee.object) : undefined;
    if (inner?.type === 'CallExpression') outer.set(inner, node);
  }
  return tree.calls.flatMap(({ node, scope }): CallRecord[] => {
    const name = lastName(node.callee);
    if (name === undefined || !(wanted(name) || handsOn(node, scope))) return [];
    const call = reader.read(node, scope);
    if (call.kind !== 'call' || call.of.kind === 'unknown') return [];
    const followedBy: string[] = [];
    for (let next = outer.get(node); next !== undefined; next = outer.get(next))
      followedBy.push(lastName(next.callee) ?? '');
    const callee = unwrap(node.callee);
    return [
      {
        unit: unitOf(scope),
        call,
        followedBy,
        at: node.start,
        line: lines.lineAt(callee.type === 'MemberExpression' ? callee.property.start : node.start),
      },
    ];
  });
}

/** `order.total = 3` in a unit that flushes: the ORM writes what changed. */
function collectChanges(tree: ModuleTree, lines: LineIndex, reader: ExpressionReader): CallRecord[] {
  const flushing = new Set(
    tree.calls.filter(({ node }) => lastName(node.callee) === 'flush').map(({ scope }) => unitOf(scope)),
  );
  if (flushing.size === 0) return [];
  return tree.assignments.flatMap(({ node, scope }): CallRecord[] => {
    const { left } = node;
    const unit = unitOf(scope);
    if (left.type !== 'MemberExpression' || left.object.type === 'ThisExpression' || !flushing.has(unit)) return [];
    const of = reader.read(left.object, scope);
    if (of.kind === 'unknown' || of.kind === 'free') return [];
    return [
      {
        unit,
        call: { kind: 'call', of: { kind: 'member', of, name: '…assigned' }, arguments: [] },
        followedBy: [],
        at: node.start,
        line: lines.lineAt(node.start),
      },
    ];
  });
}

/** Whether a call may hand a store or its name to a function of the project's own, which then reads or writes it. */
function handsOn(node: CallNode, scope: Scope): boolean {
  const callee = unwrap(node.callee);
  if (
    callee.type === 'Identifier' &&
    /^(?:require|describe|it|test|expect|setTimeout|parseInt|String|Number|Boolean|t)$/.test(callee.name)
  )
    return false;
  if (callee.type === 'MemberExpression') {
    const object = unwrap(callee.object);
    if (
      object.type === 'Identifier' &&
      /^(?:console|Math|JSON|Object|Array|Promise|log|logger|res|req|expect|process|z|Joi|t|React|path|_)$/.test(
        object.name,
      )
    )
      return false;
    if (object.type === 'Literal' || object.type === 'TemplateLiteral') return false;
    if (object.type === 'ThisExpression' && scope.parent === undefined) return false;
  }
  return (
    node.arguments.length > 0 &&
    node.arguments.length < 8 &&
    node.arguments.some((argument) => {
      const inner = unwrap(argument);
      return inner.type === 'Identifier'
        ? /^[A-Z]|[mM]odel|[rR]epo|[cC]ollection/.test(inner.name)
        : inner.type === 'MemberExpression' ||
            (inner.type === 'CallExpression' &&
              /^(?:model|getRepository|collection|getModel)$/.test(lastName(inner.callee) ?? '')) ||
            (inner.type === 'Literal' && typeof inner.value === 'string' && inner.value.length < 60);
    }) &&
    (callee.type === 'Identifier' || callee.type === 'MemberExpression')
  );
}
