import type { ModuleTree } from '../../source/module-tree.ts';
import type { LineIndex } from '../../source/place.ts';
import { unwrap, type Node } from '../../source/syntax-tree.ts';
import { createLowering } from './lower-code.ts';
import { isRegistering } from './relevance.ts';
import type { ExportCode, ModuleProgram, Step } from './program.ts';

/** The program of a module, when anything in it may have to do with routes. */
export function lowerModule(tree: ModuleTree, lines: LineIndex): ModuleProgram | undefined {
  if (tree.program.type !== 'Program' || !isRegistering(tree)) return undefined;
  const imports = new Map<string, { specifier: string; name: string }>();
  const exports = new Map<string, ExportCode>();
  const stars: string[] = [];
  const steps: Step[] = [];
  const lowering = createLowering(tree, lines);
  for (const [name, declarations] of tree.module.declarations) {
    for (const { declaration } of declarations)
      if (declaration.kind === 'import')
        imports.set(name, { specifier: declaration.specifier, name: declaration.name });
  }
  const body: Node[] = [];
  for (const node of tree.program.body) {
    switch (node.type) {
      case 'ExportNamedDeclaration':
        for (const entry of node.specifiers) {
          const name = nameOf(entry.local);
          exports.set(
            nameOf(entry.exported),
            node.source === null ? { kind: 'local', name } : { kind: 'from', specifier: node.source.value, name },
          );
        }
        if (node.declaration !== null) {
          for (const name of declaredNames(node.declaration)) exports.set(name, { kind: 'local', name });
          body.push(node.declaration);
        }
        break;
      case 'ExportAllDeclaration':
        if (node.exported === null) stars.push(node.source.value);
        else exports.set(nameOf(node.exported), { kind: 'from', specifier: node.source.value, name: '*' });
        break;
      case 'ExportDefaultDeclaration': {
        const value = unwrap(node.declaration as Node);
        const declared =
          'id' in value && value.id !== null && value.id !== undefined ? nameOf(value.id as Node) : undefined;
        if (declared !== undefined && /^(?:Function|Class)Declaration$/.test(value.type)) {
          exports.set('default', { kind: 'local', name: declared });
          body.push(value);
        } else {
          exports.set('default', { kind: 'local', name: '…default' });
          body.push(node);
        }
        break;
      }
      case 'ImportDeclaration':
        break;
      default:
        body.push(node);
    }
  }
  steps.push(...lowering.block(body, tree.module));
  return { imports, exports, stars, steps };
}

function nameOf(node: Node): string {
  return node.type === 'Identifier' ? node.name : node.type === 'Literal' ? String(node.value) : '';
}

function declaredNames(node: Node): string[] {
  if (node.type === 'VariableDeclaration')
    return node.declarations.flatMap((declarator) => patternNames(declarator.id));
  return 'id' in node && node.id !== null && node.id !== undefined ? [nameOf(node.id as Node)] : [];
}

function patternNames(pattern: Node): string[] {
  switch (pattern.type) {
    case 'Identifier':
      return [pattern.name];
    case 'ObjectPattern':
      return pattern.properties.flatMap((property) =>
        patternNames(property.type === 'RestElement' ? property.argument : property.value),
      );
    case 'ArrayPattern':
      return pattern.elements.flatMap((element) => (element === null ? [] : patternNames(element)));
    case 'AssignmentPattern':
      return patternNames(pattern.left);
    default:
      return [];
  }
}
