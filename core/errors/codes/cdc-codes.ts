import type { CodeEntry } from './code-entry.ts';

export const cdcCodes = {
  CDC_MAPPING_INVALID: {
    summary: 'The declared mapping of a table does not fit the two databases.',
    remedy: 'Correct the entry at the named place of overgrow.yaml, or the table it names.',
    exit: 2,
    disposition: 'halt',
  },
  CDC_MAPPING_FAILED: {
    summary: 'An expression of the mapping failed on a row.',
    remedy: 'Make the expression accept the row, with a null check for example, and start the bridge again.',
    exit: 1,
    disposition: 'halt',
  },
  CDC_ROW_INCOMPLETE: {
    summary: 'The log left out a large value that did not change, but the mapping needs it.',
    remedy: 'Run ALTER TABLE … REPLICA IDENTITY FULL on the table, then take a new first copy.',
    exit: 3,
    disposition: 'halt',
  },
  CDC_DECODE_FAILED: {
    summary: 'A message of the replication stream could not be decoded.',
    remedy:
      'Check that the server is PostgreSQL 14 to 18 and that nothing between rewrites its bytes; report it with the message type.',
    exit: 3,
    disposition: 'halt',
  },
  CDC_CONNECTION_LOST: {
    summary: 'A database connection of the bridge ended.',
    remedy: 'Nothing to do while it passes: the bridge connects again and goes on where it was.',
    exit: 3,
    disposition: 'retry',
  },
  CDC_SLOT_BUSY: {
    summary: 'Another session reads the replication slot.',
    remedy: 'Stop the other bridge of this context; a session that a crash left behind is ended by the bridge itself.',
    exit: 3,
    disposition: 'retry',
  },
  CDC_SLOT_LOST: {
    summary: 'The replication slot is gone, or the server has removed the log it needs.',
    remedy: 'Take a new first copy; raise max_slot_wal_keep_size if the server dropped it for lack of room.',
    exit: 3,
    disposition: 'resnapshot',
  },
  CDC_POSITION_AHEAD: {
    summary: 'The receiver has applied more than the giver has ever written.',
    remedy: 'The giver was restored from a backup, or is another server: take a new first copy.',
    exit: 3,
    disposition: 'halt',
  },
  CDC_APPLY_REFUSED: {
    summary: 'The receiving database refused a row.',
    remedy:
      'Mend what the named constraint or type complains about, in the table or in the mapping, and start the bridge again.',
    exit: 1,
    disposition: 'halt',
  },
  CDC_NOT_PREPARED: {
    summary: 'Something that the bridge needs in a database is missing.',
    remedy: 'Prepare the context first; if it was prepared, someone removed the named object.',
    exit: 3,
    disposition: 'halt',
  },
  CDC_FAILED: {
    summary: 'The bridge met an error that it does not know.',
    remedy: 'Read the cause below it; report it when it is not one of your database or network.',
    exit: 3,
    disposition: 'halt',
  },
  CDC_NOT_ALLOWED: {
    summary: 'A database does not let the bridge in, or not do what it has to.',
    remedy: 'Check user, password and database in the URL, and the rights that the preflight names.',
    exit: 3,
    disposition: 'halt',
  },
  CDC_TARGET_NOT_EMPTY: {
    summary: 'A table that the first copy is to fill has rows already.',
    remedy: 'Empty the table, or name another; the bridge empties only what it has filled itself.',
    exit: 3,
    disposition: 'halt',
  },
  CDC_PROGRESS_MOVED: {
    summary: 'The progress of a link is not where this bridge left it.',
    remedy:
      'Nothing to do when one bridge runs: it reads its progress again. If it comes back, another bridge runs; stop it.',
    exit: 3,
    disposition: 'retry',
  },
  CDC_CONTROL_STALE: {
    summary: 'A newer orchestrator or another attempt has taken over this context in the database.',
    remedy:
      'Nothing to do when one orchestrator runs: it reads the state again and goes on. If it comes back, two run; stop one.',
    exit: 1,
    disposition: 'halt',
  },
  CDC_DIRECTION_CLOSED: {
    summary: 'The link may not write yet: ownership has not been handed to its giver in this database.',
    remedy: 'Nothing to do: the link tries again, and goes on when the switch or rollback is complete.',
    exit: 1,
    disposition: 'retry',
  },
  CDC_BARRIER_TIMEOUT: {
    summary: 'The tables of the context could not be locked before the deadline of the fence.',
    remedy: 'Let the named transactions end, or pause what opens them, and switch again; nothing was changed.',
    exit: 1,
    disposition: 'retry',
  },
  CDC_LOCK_TIMEOUT: {
    summary: 'A table or control row stayed locked by someone else.',
    remedy: 'Nothing to do while it passes: the step is repeated. If it stays, end the named session.',
    exit: 3,
    disposition: 'retry',
  },
  CDC_AUTOVACUUM_RUNNING: {
    summary: 'An autovacuum of a table of the context does not end and would block the barrier.',
    remedy: 'Wait until it is done (pg_stat_progress_vacuum shows how far it is), then switch again.',
    exit: 3,
    disposition: 'retry',
  },
  CDC_SEQUENCE_EXHAUSTED: {
    summary: 'A sequence of the receiver cannot be moved past the values of the giver.',
    remedy: 'Give the sequence and its column a larger type (ALTER SEQUENCE … AS bigint) before the next attempt.',
    exit: 3,
    disposition: 'halt',
  },
  CDC_GUARD_DRIFT: {
    summary: 'A guard trigger is not in the state that the control row asks for.',
    remedy: 'Find who changed the trigger; prepare the context again to close what must be closed.',
    exit: 1,
    disposition: 'halt',
  },
  CDC_STILL_RUNNING: {
    summary: 'Another process still runs a link of the context.',
    remedy: 'Stop it first, then uninstall.',
    exit: 1,
    disposition: 'halt',
  },
  CDC_DATABASE_UNREACHABLE: {
    summary: 'A database that the manifest names does not answer or does not let the bridge in.',
    remedy: 'Check host, port, database, user and password of its URL, and that the server runs.',
    exit: 3,
    disposition: 'retry',
  },
  CDC_SAME_DATABASE: {
    summary: 'The monolith and the service name the same database.',
    remedy: 'Give the service a database of its own, or declare the context as shared.',
    exit: 2,
    disposition: 'halt',
  },
  CDC_SERVER_UNFIT: {
    summary: 'A setting or the version of a database server does not allow logical replication.',
    remedy: 'Set what the message names and restart the server.',
    exit: 3,
    disposition: 'halt',
  },
  CDC_NO_FREE_SLOT: {
    summary: 'The server has no replication slot or walsender left.',
    remedy: 'Raise max_replication_slots or max_wal_senders and restart the server, or drop slots that nobody reads.',
    exit: 3,
    disposition: 'halt',
  },
  CDC_OPEN_TRANSACTION: {
    summary: 'An open transaction would make the creation of a replication slot wait.',
    remedy: 'Commit or end the named transaction.',
    exit: 3,
    disposition: 'retry',
  },
  CDC_TABLE_WITHOUT_KEY: {
    summary: 'A replicated table has no key by which its updates and deletes can be told apart.',
    remedy: 'Add a primary key, and leave or set REPLICA IDENTITY DEFAULT.',
    exit: 3,
    disposition: 'halt',
  },
  CDC_TRIGGER_UNDECIDED: {
    summary: 'A replicated table has a trigger about which the manifest says nothing, or something that cannot hold.',
    remedy: 'Declare it under replication.triggers as fire, suppress or replaced.',
    exit: 2,
    disposition: 'halt',
  },
  CDC_FOREIGN_KEY_UNDECIDED: {
    summary: 'A foreign key crosses the cut and the manifest does not say what becomes of it.',
    remedy:
      'Declare it under replication.foreignKeys as wait, and make it NO ACTION if it cascades; or drop it in that database.',
    exit: 2,
    disposition: 'halt',
  },
  CDC_PARENT_MISSING: {
    summary:
      'A foreign key of the receiver refuses a change: a parent is not there yet, or a parent that goes still has children.',
    remedy: 'Nothing, if the other row is on its way: the link tries again. Else add it, or drop the foreign key.',
    exit: 1,
    disposition: 'retry',
  },
  CDC_GUARD_CHANGED: {
    summary: 'The guard of a table is not what the control row of its database asks for.',
    remedy: 'Find who changed it, and start overgrow again: it closes what should be closed.',
    exit: 1,
    disposition: 'halt',
  },
  CDC_SCHEMA_CHANGED: {
    summary: 'A replicated table lost a column that the mapping reads.',
    remedy: 'Correct the mapping to the new columns, apply it, and start the bridge again.',
    exit: 3,
    disposition: 'halt',
  },
  CDC_PROPERTY_INVALID: {
    summary:
      'A property of Debezium that a capture was given is unknown, not supported, or has a value that it cannot have.',
    remedy: 'Correct the properties that the message names; the page about capture lists those that there are.',
    exit: 2,
    disposition: 'halt',
  },
  CDC_SINK_FAILED: {
    summary: 'The file that change events go to cannot be written, or does not fit its position.',
    remedy: 'Make room or give the right to write, and run again: what is committed stays.',
    exit: 3,
    disposition: 'halt',
  },
  CDC_VERIFY_INTERRUPTED: {
    summary: 'The comparison of both databases was stopped before its end.',
    remedy: 'Give it more time, or compare when fewer writes go on.',
    exit: 1,
    disposition: 'retry',
  },
} as const satisfies Record<string, CodeEntry>;
