import type { ClassRecord, DecoratorRecord, MemberRecord, ParameterRecord } from './class-records.ts';
import type { ModuleTree } from './module-tree.ts';
import type { SymbolPath } from './module-summary.ts';
import type { LineIndex } from './place.ts';
import { pathOf } from './resolve-local.ts';
import { annotatedType, lookup, type Scope } from './scopes.ts';
import { staticValue } from './static-value.ts';
import { isClass, isFunction, staticKey, unwrap, type ClassNode, type Node } from './syntax-tree.ts';

/** Every named class of a module, in source order. */
export function collectClasses(tree: ModuleTree, lines: LineIndex): ClassRecord[] {
  const classes: ClassRecord[] = [];
  for (const [node, scope] of tree.scopeOf) {
    if (isClass(node) && scope.unit !== undefined) classes.push(readClass(node, scope.unit, scope));
  }
  return classes;

  function readClass(node: ClassNode, unit: string, scope: Scope): ClassRecord {
    const made = node.body.body.find((member) => member.type === 'MethodDefinition' && member.kind === 'constructor');
    const around = scope.parent ?? tree.module;
    return {
      unit,
      abstract: node.abstract === true,
      extends: node.superClass === null ? undefined : pathOf(node.superClass, around, tree),
      implements: (node.implements ?? []).flatMap((clause) => {
        const path = clause.expression.type === 'Identifier' ? typeNamed(clause.expression.name, tree) : undefined;
        return path === undefined ? [] : [path];
      }),
      decorators: readDecorators(node.decorators, around),
      parameters: made?.type === 'MethodDefinition' ? readParameters(made.value, scope) : undefined,
      members: node.body.body.flatMap((member) => readMember(member, scope)),
      at: node.start,
      line: lines.lineAt(node.start),
    };
  }

  function readMember(member: Node, scope: Scope): MemberRecord[] {
    if (
      member.type !== 'MethodDefinition' &&
      member.type !== 'PropertyDefinition' &&
      member.type !== 'TSAbstractMethodDefinition' &&
      member.type !== 'TSAbstractPropertyDefinition' &&
      member.type !== 'AccessorProperty'
    )
      return [];
    const name = staticKey(member.key, member.computed);
    if (name === undefined || name === 'constructor') return [];
    const value = member.value === null ? undefined : unwrap(member.value);
    const method = member.type === 'MethodDefinition' || member.type === 'TSAbstractMethodDefinition';
    // The type of an overload has no body: the implementation comes after it.
    if (member.type === 'MethodDefinition' && value?.type === 'TSEmptyBodyFunctionExpression') return [];
    const holdsFunction = value !== undefined && isFunction(value);
    return [
      {
        name,
        kind: method ? 'method' : 'field',
        unit: holdsFunction ? tree.scopeOf.get(value)?.unit : undefined,
        static: member.static,
        abstract: member.type === 'TSAbstractMethodDefinition' || member.type === 'TSAbstractPropertyDefinition',
        decorators: readDecorators(member.decorators, scope),
        parameters: holdsFunction ? readParameters(value, scope) : [],
        type: method ? undefined : typeNamed(annotatedType(member), tree),
        value: method || value === undefined || holdsFunction ? undefined : staticValue(value, scope, tree),
        from: member.start,
        to: member.end,
        line: lines.lineAt(member.key.start),
      },
    ];
  }

  function readParameters(node: Node, scope: Scope): ParameterRecord[] {
    if (!isFunction(node) && node.type !== 'TSEmptyBodyFunctionExpression') return [];
    return node.params.map((parameter, index): ParameterRecord => {
      const field = parameter.type === 'TSParameterProperty';
      const declared = field ? parameter.parameter : parameter;
      const pattern: Node = declared.type === 'AssignmentPattern' ? declared.left : declared;
      const holders = [parameter, declared, pattern].filter((part, at, all) => all.indexOf(part) === at);
      return {
        index,
        name: pattern.type === 'Identifier' ? pattern.name : undefined,
        keys:
          pattern.type === 'ObjectPattern'
            ? pattern.properties.flatMap((property) => {
                const key = property.type === 'Property' ? staticKey(property.key, property.computed) : undefined;
                return key === undefined ? [] : [key];
              })
            : [],
        field,
        type: typeNamed(annotatedType(parameter), tree),
        decorators: holders.flatMap((part) =>
          'decorators' in part && Array.isArray(part.decorators) ? readDecorators(part.decorators, scope) : [],
        ),
      };
    });
  }

  function readDecorators(
    decorators: readonly Extract<Node, { type: 'Decorator' }>[] | undefined,
    scope: Scope,
  ): DecoratorRecord[] {
    return (decorators ?? []).flatMap((decorator) => {
      const expression = unwrap(decorator.expression);
      const callee = expression.type === 'CallExpression' ? unwrap(expression.callee) : expression;
      const path = pathOf(callee, scope, tree);
      if (path === undefined) return [];
      const value = expression.type === 'CallExpression' ? staticValue(expression, scope, tree) : undefined;
      return [
        {
          path,
          name: path.steps.at(-1) ?? ('name' in path.root ? path.root.name : ''),
          arguments: value?.kind === 'call' ? value.arguments : [],
          at: decorator.start,
          line: lines.lineAt(decorator.start),
        },
      ];
    });
  }
}

/** Where a type's name comes from: a class or interface of this module, or an import. */
export function typeNamed(name: string | undefined, tree: ModuleTree): SymbolPath | undefined {
  if (name === undefined) return undefined;
  const declared = lookup(tree.module, name, Number.MAX_SAFE_INTEGER);
  switch (declared?.kind) {
    case 'import':
      return { root: { kind: 'import', specifier: declared.specifier, name: declared.name }, steps: [] };
    case 'class':
      return declared.scope.unit === undefined
        ? undefined
        : { root: { kind: 'unit', name: declared.scope.unit }, steps: [] };
    default:
      return tree.types.has(name) ? { root: { kind: 'binding', name }, steps: [] } : undefined;
  }
}
