import type { ModuleTree } from '../../source/module-tree.ts';
import { childrenOf, isFunction, staticKey, unwrap, type Node } from '../../source/syntax-tree.ts';

/** A route of `app/routes.ts`: the file that answers it, relative to `app`, and its path. */
export interface ConfiguredRoute {
  readonly file: string;
  readonly path: string;
}

/** The calls of `route`, `index`, `layout` and `prefix` in a routes.ts (https://reactrouter.com/start/framework/routing). */
export function configuredRoutes(tree: ModuleTree): ConfiguredRoute[] {
  const found: ConfiguredRoute[] = [];
  visit(tree.program, '');
  return found;

  function visit(node: Node, prefix: string): void {
    const inner = unwrap(node);
    if (inner.type !== 'CallExpression') {
      for (const child of childrenOf(inner)) visit(child, prefix);
      return;
    }
    const callee = unwrap(inner.callee);
    const name =
      callee.type === 'Identifier'
        ? callee.name
        : callee.type === 'MemberExpression'
          ? staticKey(callee.property, callee.computed)
          : undefined;
    const texts = inner.arguments.flatMap((argument) =>
      argument.type === 'Literal' && typeof argument.value === 'string' ? [argument.value] : [],
    );
    const [first, second] = texts;
    let within = prefix;
    if (name === 'index' && first !== undefined) found.push({ file: first, path: prefix === '' ? '/' : prefix });
    else if (name === 'layout' && first !== undefined) found.push({ file: first, path: prefix === '' ? '/' : prefix });
    else if (name === 'route' && second !== undefined) {
      within = `${prefix}/${(first ?? '').replace(/^\/|\/$/g, '')}`.replace(/\/$/, '');
      found.push({ file: second, path: within === '' ? '/' : within });
    } else if (name === 'prefix' && first !== undefined) within = `${prefix}/${first.replace(/^\/|\/$/g, '')}`;
    for (const argument of inner.arguments) if (!isFunction(unwrap(argument))) visit(argument, within);
  }
}
