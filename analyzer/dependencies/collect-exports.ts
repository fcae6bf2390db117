import type { SymbolPath, TextPiece } from '../source/module-summary.ts';
import type { ModuleTree } from '../source/module-tree.ts';
import { recordValue } from '../source/record-value.ts';
import type { Scope } from '../source/scopes.ts';
import { staticKey, unwrap, type Node } from '../source/syntax-tree.ts';

type Program = Extract<Node, { type: 'Program' }>;

export interface ModuleExports {
  readonly exports: ReadonlyMap<string, SymbolPath>;
  /** `export * from`. */
  readonly starExports: readonly string[];
}

/** Exports of both module systems. `module.exports = x` is the export `=`. */
export function collectExports(
  program: Program,
  tree: ModuleTree,
  values: Map<string, SymbolPath>,
  texts: Map<string, readonly TextPiece[]>,
): ModuleExports {
  const exports = new Map<string, SymbolPath>();
  const starExports: string[] = [];

  const exportLocal = (exported: string, local: string): void => {
    const declaration = tree.module.declarations.get(local)?.[0]?.declaration;
    if (declaration?.kind === 'import') exports.set(exported, imported(declaration.specifier, declaration.name));
    else if (
      (declaration?.kind === 'function' || declaration?.kind === 'class') &&
      declaration.scope.unit !== undefined
    ) {
      exports.set(exported, { root: { kind: 'unit', name: declaration.scope.unit }, steps: [] });
    } else exports.set(exported, { root: { kind: 'binding', name: local }, steps: [] });
  };

  const recordExport = (name: string, node: Node, scope: Scope = tree.module): void => {
    const inner = unwrap(node);
    const unit = tree.scopeOf.get(inner)?.unit;
    if (unit !== undefined) exports.set(name, { root: { kind: 'unit', name: unit }, steps: [] });
    else if (inner.type === 'Identifier' && scope === tree.module) exportLocal(name, inner.name);
    else {
      recordValue(`…${name}`, inner, scope, tree, values, texts);
      exports.set(name, { root: { kind: 'binding', name: `…${name}` }, steps: [] });
    }
  };

  for (const node of program.body) {
    switch (node.type) {
      case 'ExportNamedDeclaration':
        for (const entry of node.specifiers) {
          if (node.source === null) exportLocal(nameOf(entry.exported), nameOf(entry.local));
          else exports.set(nameOf(entry.exported), imported(node.source.value, nameOf(entry.local)));
        }
        if (node.declaration !== null) for (const name of declaredNames(node.declaration)) exportLocal(name, name);
        break;
      case 'ExportAllDeclaration':
        if (node.exported === null) starExports.push(node.source.value);
        else exports.set(nameOf(node.exported), imported(node.source.value, '*'));
        break;
      case 'ExportDefaultDeclaration': {
        const inner = unwrap(node.declaration as Node);
        if (inner.type === 'Identifier') exportLocal('default', inner.name);
        else recordExport('default', inner);
        break;
      }
      case 'TSExportAssignment':
        recordExport('=', node.expression);
        break;
      default:
    }
  }
  // CommonJS: what is assigned to `exports`, anywhere in the file.
  for (const { node, scope } of tree.assignments) {
    const name = commonJsExport(node.left);
    if (name === undefined) continue;
    // `exports = module.exports = x`, `exports.a = exports.b = undefined`
    const value = lastAssigned(node.right);
    recordExport(name, value, scope);
  }
  for (const { node } of tree.calls) {
    const star = reexported(node);
    if (star !== undefined) starExports.push(star);
  }
  return { exports, starExports };
}

export function nameOf(node: Node): string {
  return node.type === 'Identifier' ? node.name : node.type === 'Literal' ? String(node.value) : '';
}

function imported(specifier: string, name: string): SymbolPath {
  return { root: { kind: 'import', specifier, name }, steps: [] };
}

function lastAssigned(node: Node): Node {
  const inner = unwrap(node);
  return inner.type === 'AssignmentExpression' ? lastAssigned(inner.right) : inner;
}

/** `module.exports` and `exports` are `=`, `exports.a` and `module.exports.a` are `a`. */
function commonJsExport(left: Node): string | undefined {
  if (left.type !== 'MemberExpression') return undefined;
  const name = staticKey(left.property, left.computed);
  if (left.object.type === 'Identifier' && left.object.name === 'module') return name === 'exports' ? '=' : undefined;
  if (left.object.type === 'Identifier' && left.object.name === 'exports') return name;
  return commonJsExport(left.object) === '=' ? name : undefined;
}

/** What compilers make of `export * from`: `__exportStar(require('./a'), exports)`, `Object.assign(exports, require('./a'))`. */
function reexported(call: Extract<Node, { type: 'CallExpression' }>): string | undefined {
  const callee = unwrap(call.callee);
  const name =
    callee.type === 'Identifier'
      ? callee.name
      : callee.type === 'MemberExpression'
        ? staticKey(callee.property, callee.computed)
        : undefined;
  if (name !== '__exportStar' && name !== '__export' && name !== 'assign') return undefined;
  const required = call.arguments.map((argument) => {
    const inner = unwrap(argument);
    if (inner.type !== 'CallExpression' || inner.callee.type !== 'Identifier' || inner.callee.name !== 'require')
      return undefined;
    const [first] = inner.arguments;
    return first?.type === 'Literal' && typeof first.value === 'string' ? first.value : undefined;
  });
  const [target] = call.arguments;
  const ontoExports =
    name !== 'assign' ||
    (target !== undefined &&
      ((target.type === 'Identifier' && target.name === 'exports') ||
        (target.type === 'MemberExpression' && commonJsExport(target) === '=')));
  return ontoExports ? required.find((specifier) => specifier !== undefined) : undefined;
}

function declaredNames(node: Node): string[] {
  if (node.type === 'VariableDeclaration')
    return node.declarations.flatMap((declarator) => patternNames(declarator.id));
  if ('id' in node && node.id !== null && node.id !== undefined && (node.id as Node).type === 'Identifier')
    return [nameOf(node.id as Node)];
  return [];
}

function patternNames(pattern: Node): string[] {
  if (pattern.type === 'Identifier') return [pattern.name];
  if (pattern.type === 'ObjectPattern')
    return pattern.properties.flatMap((property) =>
      patternNames(property.type === 'RestElement' ? property.argument : property.value),
    );
  if (pattern.type === 'ArrayPattern')
    return pattern.elements.flatMap((element) => (element === null ? [] : patternNames(element)));
  if (pattern.type === 'AssignmentPattern') return patternNames(pattern.left);
  return [];
}
