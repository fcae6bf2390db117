import type { ModuleTree } from '../source/module-tree.ts';
import type { ImportRecord, SymbolPath, TextPiece } from '../source/module-summary.ts';
import type { LineIndex } from '../source/place.ts';
import { recordValue } from '../source/record-value.ts';
import { requiredModule } from '../source/resolve-local.ts';
import type { Scope } from '../source/scopes.ts';
import { childrenOf, staticKey, unwrap, type Node } from '../source/syntax-tree.ts';

type Program = Extract<Node, { type: 'Program' }>;

export interface ModuleLinks {
  readonly imports: readonly ImportRecord[];
  readonly exports: ReadonlyMap<string, SymbolPath>;
  readonly starExports: readonly string[];
  readonly dynamicImports: readonly { readonly text: string; readonly line: number }[];
}

/** Imports and exports of both module systems. `module.exports = x` is the export `=`. */
export function collectImports(
  program: Program,
  tree: ModuleTree,
  lines: LineIndex,
  values: Map<string, SymbolPath>,
  texts: Map<string, readonly TextPiece[]>,
): ModuleLinks {
  const imports: ImportRecord[] = [];
  const exports = new Map<string, SymbolPath>();
  const starExports: string[] = [];
  const dynamicImports: { text: string; line: number }[] = [];
  const add = (specifier: string, names: readonly string[], type: boolean, at: number) => {
    imports.push({ specifier, names, type, line: lines.lineAt(at) });
  };

  for (const node of program.body) {
    switch (node.type) {
      case 'ImportDeclaration': {
        const names = node.specifiers.map((specifier) => ({
          name: importedName(specifier),
          type: specifier.type === 'ImportSpecifier' && specifier.importKind === 'type',
        }));
        const types = names.filter((entry) => entry.type || node.importKind === 'type').map((entry) => entry.name);
        const used = names.filter((entry) => !entry.type && node.importKind !== 'type').map((entry) => entry.name);
        if (types.length > 0) add(node.source.value, types, true, node.start);
        if (used.length > 0 || names.length === 0) add(node.source.value, used, false, node.start);
        break;
      }
      case 'ExportNamedDeclaration':
        exportNamed(node);
        break;
      case 'ExportAllDeclaration':
        add(node.source.value, ['*'], node.exportKind === 'type', node.start);
        if (node.exported === null) starExports.push(node.source.value);
        else
          exports.set(nameOf(node.exported), {
            root: { kind: 'import', specifier: node.source.value, name: '*' },
            steps: [],
          });
        break;
      case 'ExportDefaultDeclaration':
        exportDefault(node.declaration as Node);
        break;
      case 'TSExportAssignment':
        recordExport('=', node.expression);
        break;
      case 'TSImportEqualsDeclaration':
        if (node.moduleReference.type === 'TSExternalModuleReference') {
          const specifier = node.moduleReference.expression.value;
          add(specifier, ['='], node.importKind === 'type', node.start);
        }
        break;
      default:
    }
  }

  function exportNamed(node: Extract<Node, { type: 'ExportNamedDeclaration' }>): void {
    if (node.source !== null) {
      const specifier = node.source.value;
      const names = node.specifiers.map((entry) => nameOf(entry.local));
      add(specifier, names, node.exportKind === 'type', node.start);
      for (const entry of node.specifiers) {
        exports.set(nameOf(entry.exported), {
          root: { kind: 'import', specifier, name: nameOf(entry.local) },
          steps: [],
        });
      }
      return;
    }
    for (const entry of node.specifiers) exportLocal(nameOf(entry.exported), nameOf(entry.local));
    if (node.declaration !== null) for (const name of declaredNames(node.declaration)) exportLocal(name, name);
  }

  function exportLocal(exported: string, local: string): void {
    const declaration = tree.module.declarations.get(local)?.[0]?.declaration;
    if (declaration?.kind === 'import')
      exports.set(exported, {
        root: { kind: 'import', specifier: declaration.specifier, name: declaration.name },
        steps: [],
      });
    else if (
      (declaration?.kind === 'function' || declaration?.kind === 'class') &&
      declaration.scope.unit !== undefined
    ) {
      exports.set(exported, { root: { kind: 'unit', name: declaration.scope.unit }, steps: [] });
    } else exports.set(exported, { root: { kind: 'binding', name: local }, steps: [] });
  }

  function exportDefault(node: Node): void {
    const inner = unwrap(node);
    if (inner.type === 'Identifier') exportLocal('default', inner.name);
    else recordExport('default', inner);
  }

  function recordExport(name: string, node: Node, scope: Scope = tree.module): void {
    const inner = unwrap(node);
    const unit = tree.scopeOf.get(inner)?.unit;
    if (unit !== undefined) exports.set(name, { root: { kind: 'unit', name: unit }, steps: [] });
    else if (inner.type === 'Identifier') exportLocal(name, inner.name);
    else {
      recordValue(`…${name}`, inner, scope, tree, values, texts);
      exports.set(name, { root: { kind: 'binding', name: `…${name}` }, steps: [] });
    }
  }

  // CommonJS: what is assigned to `exports` and what is required, anywhere in the file.
  for (const { node, scope } of tree.assignments) {
    const name = commonJsExport(node.left);
    if (name !== undefined) recordExport(name, node.right, scope);
  }
  for (const { node } of tree.calls) {
    const specifier = requiredModule(node);
    if (specifier !== undefined) add(specifier, ['='], false, node.start);
    else if (node.callee.type === 'Identifier' && node.callee.name === 'require' && node.arguments.length === 1) {
      dynamicImports.push({ text: 'require(…)', line: lines.lineAt(node.start) });
    }
  }
  for (const found of findImportExpressions(program)) {
    if (found.source.type === 'Literal' && typeof found.source.value === 'string')
      add(found.source.value, ['*'], false, found.start);
    else if (found.source.type === 'TemplateLiteral' && found.source.expressions.length === 0) {
      add(found.source.quasis[0]?.value.cooked ?? '', ['*'], false, found.start);
    } else dynamicImports.push({ text: 'import(…)', line: lines.lineAt(found.start) });
  }
  return { imports, exports, starExports, dynamicImports };
}

/** `module.exports` and `exports` are `=`, `exports.a` and `module.exports.a` are `a`. */
function commonJsExport(left: Node): string | undefined {
  if (left.type !== 'MemberExpression') return undefined;
  const name = staticKey(left.property, left.computed);
  if (left.object.type === 'Identifier' && left.object.name === 'module') return name === 'exports' ? '=' : undefined;
  if (left.object.type === 'Identifier' && left.object.name === 'exports') return name;
  return commonJsExport(left.object) === '=' ? name : undefined;
}

function findImportExpressions(node: Node): Extract<Node, { type: 'ImportExpression' }>[] {
  const found: Extract<Node, { type: 'ImportExpression' }>[] = [];
  const pending: Node[] = [node];
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    if (at.type === 'ImportExpression') found.push(at);
    pending.push(...childrenOf(at));
  }
  return found.sort((a, b) => a.start - b.start);
}

function importedName(specifier: Extract<Node, { type: 'ImportDeclaration' }>['specifiers'][number]): string {
  if (specifier.type === 'ImportDefaultSpecifier') return 'default';
  return specifier.type === 'ImportNamespaceSpecifier' ? '*' : nameOf(specifier.imported);
}

function nameOf(node: Node): string {
  return node.type === 'Identifier' ? node.name : node.type === 'Literal' ? String(node.value) : '';
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
