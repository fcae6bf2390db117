import { staticKey, isClass, type ClassNode, type FunctionNode, type Node } from './syntax-tree.ts';

export type Declaration =
  | { readonly kind: 'function'; readonly scope: Scope }
  | { readonly kind: 'class'; readonly scope: Scope }
  | { readonly kind: 'import'; readonly specifier: string; readonly name: string }
  /** `init` may be undefined; `keys` lead from it to the name when it is destructured. */
  | {
      readonly kind: 'value';
      readonly init: Node | undefined;
      readonly keys: readonly string[];
      readonly scope: Scope;
      /** The name of its declared type. */
      readonly type?: string | undefined;
    }
  | {
      readonly kind: 'parameter';
      readonly scope: Scope;
      readonly index: number;
      readonly key: string | undefined;
      readonly type: string | undefined;
    };

/** A function, a class or the module. Blocks are not scopes of their own: the nearest earlier declaration is taken. */
export interface Scope {
  readonly parent: Scope | undefined;
  /** The unit's name behind `#`; undefined for functions without a name, which belong to what is around them. */
  readonly unit: string | undefined;
  readonly node: FunctionNode | ClassNode | undefined;
  readonly declarations: Map<string, { readonly at: number; readonly declaration: Declaration }[]>;
}

export function createScope(
  parent: Scope | undefined,
  unit: string | undefined,
  node: FunctionNode | ClassNode | undefined,
): Scope {
  return { parent, unit, node, declarations: new Map() };
}

/** The name of the unit that code in this scope belongs to; `''` is the module. */
export function unitOf(scope: Scope): string {
  for (let at: Scope | undefined = scope; at !== undefined; at = at.parent) if (at.unit !== undefined) return at.unit;
  return '';
}

/** The nearest class around a scope. */
export function classOf(scope: Scope): Scope | undefined {
  for (let at: Scope | undefined = scope; at !== undefined; at = at.parent)
    if (at.node !== undefined && isClass(at.node)) return at;
  return undefined;
}

export function declare(scope: Scope, name: string, at: number, declaration: Declaration): void {
  const list = scope.declarations.get(name);
  if (list === undefined) scope.declarations.set(name, [{ at, declaration }]);
  else list.push({ at, declaration });
}

/** Looks a name up from the inside out. */
export function lookup(scope: Scope, name: string, at: number): Declaration | undefined {
  for (let within: Scope | undefined = scope; within !== undefined; within = within.parent) {
    const list = within.declarations.get(name);
    if (list === undefined) continue;
    return (list.findLast((entry) => entry.at <= at) ?? list[0])?.declaration;
  }
  return undefined;
}

/** Declares each name of a pattern (`{ a, b: { c } }`, `[a]`, `a = 1`). */
export function declarePattern(
  pattern: Node,
  keys: readonly string[],
  make: (keys: readonly string[], name: Node) => Declaration,
  scope: Scope,
): void {
  switch (pattern.type) {
    case 'Identifier':
      declare(scope, pattern.name, pattern.start, make(keys, pattern));
      return;
    case 'AssignmentPattern':
      declarePattern(pattern.left, keys, make, scope);
      return;
    case 'ObjectPattern':
      for (const property of pattern.properties) {
        if (property.type === 'RestElement') declarePattern(property.argument, [...keys, '…'], make, scope);
        else declarePattern(property.value, [...keys, staticKey(property.key, property.computed) ?? '…'], make, scope);
      }
      return;
    case 'ArrayPattern':
      pattern.elements.forEach((element, index) => {
        if (element !== null) declarePattern(element, [...keys, String(index)], make, scope);
      });
      return;
    case 'RestElement':
      declarePattern(pattern.argument, [...keys, '…'], make, scope);
      return;
    case 'TSParameterProperty':
      declarePattern(pattern.parameter, keys, make, scope);
      return;
    default:
  }
}

/** The type of a name that is taken out of `{ orders }: { orders: Orders }`. */
export function memberType(node: Node, keys: readonly string[]): string | undefined {
  const [key, ...further] = keys;
  if (key === undefined || further.length > 0) return undefined;
  const pattern = node.type === 'AssignmentPattern' ? node.left : node;
  if (!('typeAnnotation' in pattern) || pattern.typeAnnotation?.type !== 'TSTypeAnnotation') return undefined;
  const { typeAnnotation: literal } = pattern.typeAnnotation;
  if (literal.type !== 'TSTypeLiteral') return undefined;
  const member = literal.members.find(
    (own) => own.type === 'TSPropertySignature' && staticKey(own.key, own.computed) === key,
  );
  return member === undefined ? undefined : annotatedType(member);
}

/** `Name` of a `: Name` or `: ns.Name` annotation. */
export function annotatedType(node: Node): string | undefined {
  if (node.type === 'TSParameterProperty') return annotatedType(node.parameter);
  if (node.type === 'AssignmentPattern') return annotatedType(node.left);
  if (!('typeAnnotation' in node) || node.typeAnnotation === null || node.typeAnnotation === undefined)
    return undefined;
  const annotation = node.typeAnnotation;
  if (annotation.type !== 'TSTypeAnnotation' || annotation.typeAnnotation.type !== 'TSTypeReference') return undefined;
  const name = annotation.typeAnnotation.typeName;
  if (name.type === 'Identifier') return name.name;
  return name.type === 'TSQualifiedName' ? name.right.name : undefined;
}
