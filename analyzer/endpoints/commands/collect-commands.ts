import type { ModuleTree } from '../../source/module-tree.ts';
import type { SymbolPath } from '../../source/module-summary.ts';
import type { LineIndex } from '../../source/place.ts';
import { pathOf, requiredModule } from '../../source/resolve-local.ts';
import { lookup, unitOf, type Scope } from '../../source/scopes.ts';
import { staticValue, type StaticValue } from '../../source/static-value.ts';
import { lastName, staticKey, unwrap, type CallNode, type Node } from '../../source/syntax-tree.ts';
import { withoutResults } from '../handlers.ts';

/** A chain that names a command and gives it a handler. */
export interface CommandRecord {
  /** What the chain starts from; its package is known when all modules are linked. */
  readonly head: SymbolPath;
  /** The words of the command, outermost first, as they are written. */
  readonly names: readonly StaticValue[];
  readonly handler: StaticValue | undefined;
  readonly unit: string;
  readonly line: number;
}

export function collectCommands(tree: ModuleTree, lines: LineIndex): readonly CommandRecord[] | undefined {
  const records = tree.calls.flatMap(({ node, scope }) => {
    const callee = unwrap(node.callee);
    if (callee.type !== 'MemberExpression') return [];
    const method = staticKey(callee.property, callee.computed);
    if (method === 'action') return actionOf(node, callee.object, scope);
    return method === 'command' ? yargsCommand(node, callee.object, scope) : [];
  });
  return records.length === 0 ? undefined : records;

  /** `program.command('serve').option(…).action(handler)`. */
  function actionOf(node: CallNode, object: Node, scope: Scope): CommandRecord[] {
    const [handler] = node.arguments;
    const { head, names } = chainOf(object, scope, 0);
    return head === undefined ? [] : [record(head, names, handler, node, scope)];
  }

  /** `yargs.command('serve', 'starts', builder, handler)`, `.command({ command: 'serve', handler })`. */
  function yargsCommand(node: CallNode, object: Node, scope: Scope): CommandRecord[] {
    const [first, , , fourth] = node.arguments;
    const { head } = chainOf(object, scope, 0);
    if (first === undefined || head === undefined) return [];
    const inner = unwrap(first);
    if (inner.type === 'ObjectExpression') {
      const property = (wanted: string) =>
        inner.properties.find((own) => own.type === 'Property' && staticKey(own.key, own.computed) === wanted);
      const command = property('command');
      const handler = property('handler');
      if (command?.type !== 'Property' || handler?.type !== 'Property') return [];
      return [record(head, [staticValue(command.value, scope, tree)], handler.value, node, scope)];
    }
    return fourth === undefined ? [] : [record(head, [staticValue(first, scope, tree)], fourth, node, scope)];
  }

  function record(
    head: SymbolPath,
    names: readonly StaticValue[],
    handler: Node | undefined,
    node: CallNode,
    scope: Scope,
  ): CommandRecord {
    return {
      head,
      names,
      handler: handler === undefined ? undefined : withoutResults(staticValue(handler, scope, tree, 8)),
      unit: unitOf(scope),
      line: lines.lineAt(node.callee.type === 'MemberExpression' ? node.callee.property.start : node.start),
    };
  }

  /** Where a chain starts, and the commands on the way: also through constants that hold a command of their own. */
  function chainOf(node: Node, scope: Scope, depth: number): { head: SymbolPath | undefined; names: StaticValue[] } {
    const inner = unwrap(node);
    if (depth > 12) return { head: undefined, names: [] };
    if (inner.type === 'CallExpression') {
      const callee = unwrap(inner.callee);
      const [first] = inner.arguments;
      if (callee.type !== 'MemberExpression')
        return { head: pathOf(requiredModule(inner) === undefined ? callee : inner, scope, tree), names: [] };
      const before = chainOf(callee.object, scope, depth);
      return lastName(callee) === 'command' && first !== undefined
        ? { ...before, names: [...before.names, staticValue(first, scope, tree)] }
        : before;
    }
    if (inner.type === 'NewExpression') {
      const [first] = inner.arguments;
      return {
        head: pathOf(inner.callee, scope, tree),
        names: first === undefined ? [] : [staticValue(first, scope, tree)],
      };
    }
    if (inner.type === 'Identifier') {
      const declared = lookup(scope, inner.name, inner.start);
      if (declared?.kind === 'value' && declared.init !== undefined && declared.keys.length === 0)
        return chainOf(declared.init, declared.scope, depth + 1);
    }
    const path = pathOf(inner, scope, tree);
    return { head: path?.root.kind === 'parameter' ? undefined : path, names: [] };
  }
}
