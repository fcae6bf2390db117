import { OvergrowError, type ReplicationSpec } from '@overgrow/core';
import type { DatabaseFacts, ForeignKeyFacts } from './database-facts.ts';

/**
 * Keys with one end in the context and one outside. After the switch a cascade from outside meets the guard, and rows of the
 * context can arrive before their parents; so each is decided. Declared as `table.column` or `schema.table.column`.
 */
export function checkForeignKeys(
  facts: DatabaseFacts,
  declared: ReplicationSpec['foreignKeys'],
): readonly OvergrowError[] {
  return facts.foreignKeys.flatMap((key) => checkForeignKey(facts, key, declared) ?? []);
}

function checkForeignKey(
  facts: DatabaseFacts,
  key: ForeignKeyFacts,
  declared: ReplicationSpec['foreignKeys'],
): OvergrowError | undefined {
  const names = key.columns.flatMap((column) => [
    `${key.child}.${column}`,
    `${key.child.replace(/^public\./, '')}.${column}`,
  ]);
  const decision = names.map((name) => declared[name]).find((found) => found !== undefined);
  const place = `The foreign key ${key.name} (${key.child}.${key.columns.join(', ')} → ${key.parent}) in the ${facts.side}'s database`;
  const details = { foreignKey: key.name, side: facts.side };
  if (decision === undefined) {
    return new OvergrowError('CDC_FOREIGN_KEY_UNDECIDED', `${place} crosses the cut and is not declared.`, {
      hint: `Add "${names[1] ?? key.name}: wait" under replication.foreignKeys, or drop the key there.`,
      details,
    });
  }
  if (key.cascades) {
    return new OvergrowError(
      'CDC_FOREIGN_KEY_UNDECIDED',
      `${place} is declared wait, but cascades across the cut: after the switch the guard would refuse what it does.`,
      { hint: 'Make it NO ACTION, or drop it there.', details },
    );
  }
  return undefined;
}
