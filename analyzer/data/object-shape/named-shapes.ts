import type { SymbolLinker } from '../../dependencies/link-symbols.ts';
import type { ModuleTree } from '../../source/module-tree.ts';
import { isFunction, unwrap } from '../../source/syntax-tree.ts';
import { entriesOf, shapeOf, type ObjectShape } from './object-shape.ts';

/** The objects that a module's top level and functions hold or give back, by name; `name.()` is what a function returns. */
export type NamedShapes = ReadonlyMap<string, ObjectShape>;

/** Collects the objects that other modules may use by name. `wanted` keeps those that matter, by their keys. */
export function collectNamedShapes(tree: ModuleTree, wanted: (keys: readonly string[]) => boolean): NamedShapes {
  const shapes = new Map<string, ObjectShape>();
  const keep = (name: string, shape: ObjectShape) => {
    const keys = entriesOf(shape).map(([key]) => key);
    if (keys.length > 0 && wanted(keys)) shapes.set(name, shape);
  };
  for (const [name, declarations] of tree.module.declarations) {
    const declaration = declarations[0]?.declaration;
    if (declaration?.kind !== 'value' || declaration.init === undefined || declaration.keys.length > 0) continue;
    const init = unwrap(declaration.init);
    if (init.type === 'ObjectExpression' || init.type === 'CallExpression')
      keep(name, shapeOf(init, tree.module, tree));
  }
  for (const { node, scope } of tree.returns) {
    if (scope.unit === undefined || scope.node === undefined || !isFunction(scope.node)) continue;
    if (unwrap(node).type === 'ObjectExpression') keep(`${scope.unit}.()`, shapeOf(node, scope, tree));
  }
  return shapes;
}

/** Puts what other modules hold in place of each symbol; what leads nowhere stays as it is. */
export function resolveShape(
  module: string,
  shape: ObjectShape,
  linker: SymbolLinker,
  shapesOf: (module: string) => NamedShapes | undefined,
  depth = 0,
): ObjectShape {
  switch (shape.kind) {
    case 'object':
      return {
        kind: 'object',
        entries: shape.entries.map(([key, held]) => [key, resolveShape(module, held, linker, shapesOf, depth)]),
      };
    case 'several':
      return {
        kind: 'several',
        shapes: shape.shapes.map((one) => resolveShape(module, one, linker, shapesOf, depth)),
      };
    case 'symbol': {
      const target = depth > 6 ? undefined : linker.follow(module, shape.path);
      if (target?.kind !== 'binding' && target?.kind !== 'unit') return shape;
      const steps = target.kind === 'unit' ? [target.unit, ...target.steps] : target.name.split('.');
      const known = shapeUnder(shapesOf(target.module), steps);
      return known === undefined ? shape : resolveShape(target.module, known, linker, shapesOf, depth + 1);
    }
    default:
      return shape;
  }
}

/** `names.user.select`: the longest name that is recorded, then key by key. */
function shapeUnder(shapes: NamedShapes | undefined, steps: readonly string[]): ObjectShape | undefined {
  for (let length = steps.length; length > 0; length--) {
    let shape = shapes?.get(steps.slice(0, length).join('.'));
    for (const key of steps.slice(length))
      shape = shape === undefined ? undefined : entriesOf(shape).find(([name]) => name === key)?.[1];
    if (shape !== undefined) return shape;
  }
  return undefined;
}
