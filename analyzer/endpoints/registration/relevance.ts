import type { ModuleTree } from '../../source/module-tree.ts';
import { requiredModule } from '../../source/resolve-local.ts';
import { isFunction, staticKey, unwrap, type Node } from '../../source/syntax-tree.ts';
import { isFrameworkPackage } from './frameworks.ts';
import { handsOn, speaksOfRoutes } from './speaks.ts';

/** Whether a module may take part in registering routes: it names a framework, calls what looks like one, or lists what does. */
export function isRegistering(tree: ModuleTree): boolean {
  for (const declarations of tree.module.declarations.values()) {
    for (const { declaration } of declarations)
      if (declaration.kind === 'import' && isFrameworkPackage(declaration.specifier)) return true;
  }
  for (const { node } of tree.calls) {
    const required = requiredModule(node);
    if (required !== undefined && isFrameworkPackage(required)) return true;
    if (speaksOfRoutes(node) || handsOn(node)) return true;
  }
  return tree.program.type === 'Program' && tree.program.body.some((node) => listsRoutes(node));
}

/** A table of routes, or a list of routers, at the top of a module. */
function listsRoutes(node: Node): boolean {
  switch (node.type) {
    case 'ExportNamedDeclaration':
      return node.declaration !== null && listsRoutes(node.declaration);
    case 'ExportDefaultDeclaration':
      return isList(node.declaration as Node);
    case 'VariableDeclaration':
      return node.declarations.some((declarator) => declarator.init !== null && isList(declarator.init));
    case 'ExpressionStatement':
      return node.expression.type === 'AssignmentExpression' && isList(node.expression.right);
    default:
      return false;
  }
}

function isList(node: Node, depth = 0): boolean {
  const inner = unwrap(node);
  if (inner.type === 'ArrayExpression')
    return inner.elements.some(
      (element) => element !== null && (isRow(element) || (depth === 0 && isReference(element))),
    );
  if (inner.type !== 'ObjectExpression') return false;
  if (isRow(inner)) return true;
  return inner.properties.some(
    (property) =>
      property.type === 'Property' &&
      ((depth < 2 && isList(property.value, depth + 1)) || (depth === 0 && isReference(property.value))),
  );
}

function isRow(node: Node): boolean {
  const inner = unwrap(node);
  if (inner.type !== 'ObjectExpression') return false;
  const keys = inner.properties.flatMap((property) =>
    property.type === 'Property' ? [staticKey(property.key, property.computed)] : [],
  );
  return (
    keys.some((key) => key === 'path' || key === 'url' || key === 'route' || key === 'prefix') &&
    keys.some((key) => /^(?:methods?|verb|handlers?|controller|router|route|action|module)$/.test(key ?? ''))
  );
}

/** Something whose name says that it has to do with routes. */
function isReference(node: Node): boolean {
  const inner = unwrap(node);
  const required = requiredModule(inner);
  if (required !== undefined) return true;
  return inner.type === 'Identifier' && /rout|controller|api|plugin|endpoint/i.test(inner.name) && !isFunction(inner);
}
