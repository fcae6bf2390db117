import type { ModuleTree } from '../source/module-tree.ts';
import type { LineIndex } from '../source/place.ts';
import { unitOf } from '../source/scopes.ts';
import { isFunction, lastName, unwrap } from '../source/syntax-tree.ts';

/** A callback that runs in one transaction: `withTransaction(pool, async (client) => …)`. */
export interface TransactionRecord {
  readonly unit: string;
  readonly from: number;
  readonly to: number;
  readonly client: string | undefined;
  readonly line: number;
}

const transactionNames = /transaction|^(?:with|in|run)?tx$|^withTx|inTx$|^atomic/i;

/** The callbacks of a module that run in a transaction, whichever client or ORM opens it. */
export function collectTransactions(tree: ModuleTree, lines: LineIndex): TransactionRecord[] {
  const found: TransactionRecord[] = [];
  for (const { node, scope } of tree.calls) {
    const name = lastName(node.callee);
    if (name === undefined || !transactionNames.test(name)) continue;
    for (const argument of node.arguments) {
      const callback = unwrap(argument);
      if (!isFunction(callback)) continue;
      const [client] = callback.params;
      found.push({
        unit: unitOf(scope),
        from: callback.start,
        to: callback.end,
        client: client?.type === 'Identifier' ? client.name : undefined,
        line: lines.lineAt(node.start),
      });
    }
  }
  return found;
}
