import { OvergrowError } from '@overgrow/core';
import { quoteIdentifier } from '../catalog/table-name.ts';
import type { DatabaseFacts, TransactionFacts } from './database-facts.ts';

/** Version, settings, room for a slot, and what would make its creation wait. */
export function checkServer(facts: DatabaseFacts): readonly OvergrowError[] {
  return [...checkSettings(facts), ...(facts.prepared ? [] : [...checkRoom(facts), ...checkTransactions(facts)])];
}

const of = (facts: DatabaseFacts) => `the ${facts.side}'s database ${facts.database}`;

function checkSettings(facts: DatabaseFacts): OvergrowError[] {
  const faults: OvergrowError[] = [];
  const major = Math.floor(facts.versionNumber / 10_000);
  if (major < 14) {
    faults.push(
      new OvergrowError(
        'CDC_SERVER_UNFIT',
        `The server of ${of(facts)} is PostgreSQL ${major}; 14 or later is needed.`,
        {
          hint: 'Upgrade the server.',
        },
      ),
    );
  }
  if (facts.walLevel !== 'logical') {
    faults.push(
      new OvergrowError(
        'CDC_SERVER_UNFIT',
        `The server of ${of(facts)} has wal_level = ${facts.walLevel}; logical is needed.`,
        {
          hint: 'Run ALTER SYSTEM SET wal_level = logical; and restart the server. On a managed service set its parameter for logical replication.',
        },
      ),
    );
  }
  return faults;
}

function checkRoom(facts: DatabaseFacts): OvergrowError[] {
  const faults: OvergrowError[] = [];
  if (facts.usedSlots >= facts.maxSlots) {
    faults.push(
      new OvergrowError(
        'CDC_NO_FREE_SLOT',
        `The server of ${of(facts)} uses all its ${facts.maxSlots} replication slots.`,
        {
          hint: `Drop one that nobody reads (SELECT slot_name, active FROM pg_replication_slots), or run ALTER SYSTEM SET max_replication_slots = ${facts.maxSlots + 4}; and restart the server.`,
        },
      ),
    );
  }
  if (facts.usedWalSenders >= facts.maxWalSenders) {
    faults.push(
      new OvergrowError(
        'CDC_NO_FREE_SLOT',
        `The server of ${of(facts)} uses all its ${facts.maxWalSenders} walsenders.`,
        {
          hint: `Run ALTER SYSTEM SET max_wal_senders = ${facts.maxWalSenders + 4}; and restart the server.`,
        },
      ),
    );
  }
  return faults;
}

function checkTransactions(facts: DatabaseFacts): OvergrowError[] {
  return facts.transactions.map((transaction) => {
    const { pid, prepared } = transaction;
    return new OvergrowError(
      'CDC_OPEN_TRANSACTION',
      `${describe(transaction)} is open in the server of ${of(facts)}, and the creation of a slot would wait for it.`,
      {
        hint:
          pid === null
            ? `Run COMMIT PREPARED '${prepared ?? ''}'; or ROLLBACK PREPARED '${prepared ?? ''}'; in its database.`
            : `Let it end, or run SELECT pg_terminate_backend(${pid});`,
        details: { ...transaction },
      },
    );
  });
}

function describe({ pid, prepared, application, role, ageMs, queryStart }: TransactionFacts): string {
  const who = pid === null ? `The prepared transaction ${prepared ?? ''}` : `A transaction of session ${pid}`;
  const known = [
    role === null ? undefined : `role ${role}`,
    application === null || application === '' ? undefined : application,
    ageMs === null ? 'age hidden' : `open for ${Math.round(ageMs / 1000)} s`,
    queryStart === null ? undefined : `last query began ${queryStart}`,
  ].filter((part) => part !== undefined);
  return `${who} (${known.join(', ')})`;
}

/** Each missing right with the statement that gives it. */
export function checkRights(facts: DatabaseFacts): readonly OvergrowError[] {
  const role = quoteIdentifier(facts.role);
  const missing = (what: string, grant: string) =>
    new OvergrowError('CDC_NOT_ALLOWED', `The role ${facts.role} ${what} in ${of(facts)}.`, {
      hint: `Run ${grant}`,
      details: { side: facts.side, role: facts.role, grant },
    });
  const faults: OvergrowError[] = [];
  if (!facts.mayReplicate) faults.push(missing('may not replicate', `ALTER ROLE ${role} REPLICATION;`));
  if (!facts.mayCreate) {
    const grant = `GRANT CREATE ON DATABASE ${quoteIdentifier(facts.database)} TO ${role};`;
    faults.push(missing('may not create a schema or publication', grant));
  }
  for (const [owner, tables] of Map.groupBy(facts.tables, (table) => table.owner)) {
    const names = tables.map((table) => table.name).join(', ');
    if (owner === facts.role) {
      faults.push(
        new OvergrowError(
          'CDC_NOT_ALLOWED',
          `The bridge logs in to ${of(facts)} as ${owner}, who owns ${names}: the guard could not tell it from the application.`,
          {
            hint: `Run CREATE ROLE overgrow_bridge LOGIN REPLICATION IN ROLE ${quoteIdentifier(owner)}; give it a password and CREATE on the database, and name it in the URL.`,
          },
        ),
      );
    } else if (tables.some((table) => !table.memberOfOwner)) {
      const grant = `GRANT ${quoteIdentifier(owner)} TO ${role};`;
      faults.push(missing(`is not a member of ${owner}, who owns ${names},`, grant));
    }
  }
  return faults;
}
