import { OvergrowError, type ReplicationSpec } from '@overgrow/core';
import { quoteIdentifier } from '../catalog/table-name.ts';
import type { DatabaseFacts, TriggerFacts } from './database-facts.ts';

/** Tables that the trigger's function names in a writing statement, as it writes them: `products`, `public.products`. */
export function writtenTables(body: string): readonly string[] {
  const plain = body.replaceAll(/--[^\n]*|\/\*[^]*?\*\//g, ' ');
  const writes =
    /\b(?:insert\s+into|update(?:\s+only)?|delete\s+from(?:\s+only)?|merge\s+into|truncate(?:\s+table)?)\s+((?:"[^"]+"|\w+)(?:\s*\.\s*(?:"[^"]+"|\w+))?)/gi;
  const names = [...plain.matchAll(writes)].map((match) => parseName(match[1] ?? ''));
  return [...new Set(names)].filter((name) => name !== 'set' && name !== 'of');
}

const parseName = (name: string) =>
  name
    .split('.')
    .map((part) => part.trim())
    .map((part) => (part.startsWith('"') ? part.slice(1, -1) : part.toLowerCase()))
    .join('.');

/**
 * `owned` tells whether the side owns a table while the bridge writes the trigger's own: false for tables of the same
 * context, which the other side owns then, and for those of contexts that have moved. Triggers are declared by
 * `schema.table.trigger`, for both databases alike.
 */
export function checkTriggers(
  facts: DatabaseFacts,
  declared: ReplicationSpec['triggers'],
  owned: (table: string) => boolean,
): readonly OvergrowError[] {
  return facts.triggers.flatMap((trigger) => checkTrigger(facts, trigger, declared, owned) ?? []);
}

function checkTrigger(
  facts: DatabaseFacts,
  trigger: TriggerFacts,
  declared: ReplicationSpec['triggers'],
  owned: (table: string) => boolean,
): OvergrowError | undefined {
  const key = `${trigger.table}.${trigger.name}`;
  const place = `The trigger ${trigger.name} on ${trigger.table} in the ${facts.side}'s database`;
  const fault = (message: string, hint: string) =>
    new OvergrowError('CDC_TRIGGER_UNDECIDED', `${place} ${message}`, {
      hint,
      details: { trigger: key, side: facts.side },
    });
  const decision = declared[key];
  if (decision === undefined) {
    return fault(
      'is not declared.',
      `Add "${key}: fire", "suppress" or "replaced" under replication.triggers: whether it runs when the bridge writes the table.`,
    );
  }
  if (decision === 'fire') {
    const foreign = writtenTables(trigger.body).filter(
      (table) => !owned(table.includes('.') ? table : `public.${table}`),
    );
    if (foreign.length === 0) return undefined;
    return fault(
      `is declared fire, but writes ${foreign.join(', ')}, which this side does not own when the bridge writes.`,
      'Declare it suppress (its effect is replicated from the owner) or replaced (the owner does it by other means).',
    );
  }
  if (trigger.enabled === 'A') {
    return fault(
      `is declared ${decision}, but is enabled ALWAYS, which nothing silences.`,
      `Run ALTER TABLE ${trigger.table} ENABLE TRIGGER ${quoteIdentifier(trigger.name)}; or declare it fire.`,
    );
  }
  if (!facts.maySetReplicationRole) {
    return new OvergrowError(
      'CDC_NOT_ALLOWED',
      `${place} is declared ${decision}, but the role ${facts.role} may not set session_replication_role.`,
      {
        hint: `Run GRANT SET ON PARAMETER session_replication_role TO ${quoteIdentifier(facts.role)}; (PostgreSQL 15 and later, as a superuser), or declare it fire.`,
        details: { trigger: key, side: facts.side },
      },
    );
  }
  return undefined;
}
