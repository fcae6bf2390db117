import type { CallNode } from '../../source/syntax-tree.ts';

const joins =
  /^(?:(?:inner|left|right|full|cross|outer|natural|leftOuter|rightOuter|fullOuter|leftLateral|innerLateral|crossLateral)J|j)oin(?:Lateral)?$/;

/** Whether a call joins a table. `list.join(', ')` has one argument; only `crossJoin` may have one as well. */
export function isJoin(name: string, call: CallNode): boolean {
  return joins.test(name) && (call.arguments.length > 1 || (name !== 'join' && call.arguments.length === 1));
}
