import type { Located, ModuleTree } from '../../source/module-tree.ts';
import type { Scope } from '../../source/scopes.ts';
import { staticKey, unwrap, type CallNode, type Node } from '../../source/syntax-tree.ts';

/** One step of a fluent expression: `.from('t')`, `.query`, or the first call `db('t')`. */
export interface ChainLink {
  /** Undefined when it is computed. */
  readonly name: string | undefined;
  readonly call: CallNode | undefined;
  readonly at: number;
}

/** `db('t').where(a).first()` as a list: who it starts with and what is called on it, in order. */
export interface CallChain {
  /** What it starts with: a name, `this`, or any other expression. */
  readonly head: Node;
  /** The first link is the head's own when it is a name: `db('t')`, `db`. */
  readonly links: readonly ChainLink[];
  /** The outermost call. */
  readonly node: CallNode;
  readonly scope: Scope;
}

/** Every fluent expression of a module once, from its outermost call, in the order of the source. */
export function callChains(tree: ModuleTree): CallChain[] {
  const inner = new Set<Node>();
  for (const { node } of tree.calls) {
    const before = callBefore(node);
    if (before !== undefined) inner.add(before);
  }
  return tree.calls.filter(({ node }) => !inner.has(node)).map(readChain);
}

/** The call that this one is made on, with nothing but members between. */
function callBefore(call: CallNode): Node | undefined {
  let node = unwrap(call.callee);
  while (node.type === 'MemberExpression') node = unwrap(node.object);
  return node.type === 'CallExpression' ? node : undefined;
}

function readChain({ node: outermost, scope }: Located<CallNode>): CallChain {
  const links: ChainLink[] = [];
  let node: Node = outermost;
  let call: CallNode | undefined;
  for (;;) {
    node = unwrap(node);
    if (node.type === 'CallExpression') {
      // `make()()`: the inner call is what the chain starts with.
      if (call !== undefined) break;
      call = node;
      node = node.callee;
    } else if (node.type === 'MemberExpression') {
      links.unshift({ name: staticKey(node.property, node.computed), call, at: node.property.start });
      call = undefined;
      node = node.object;
    } else {
      if (node.type === 'Identifier') links.unshift({ name: node.name, call, at: node.start });
      break;
    }
  }
  return { head: node, links, node: outermost, scope };
}
