/**
 * The schema of the SQLite store, one step a version; `PRAGMA user_version` says which steps a file has had.
 * Steps are only added: a file written by any earlier release is brought up to date when it is opened.
 */
export const sqliteMigrations: readonly string[] = [
  `
  CREATE TABLE value (
    key      TEXT PRIMARY KEY,
    value    TEXT NOT NULL,
    version  INTEGER NOT NULL,
    -- Counts the writes of all keys: what watchers in other processes have not seen yet.
    revision INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE UNIQUE INDEX value_revision ON value (revision);
  CREATE TABLE journal (
    sequence INTEGER PRIMARY KEY,
    at_ms    INTEGER NOT NULL,
    context  TEXT NOT NULL,
    event    TEXT NOT NULL,
    data     TEXT NOT NULL
  ) STRICT;
  CREATE TABLE lease (
    name          TEXT PRIMARY KEY,
    holder        TEXT NOT NULL,
    epoch         INTEGER NOT NULL,
    expires_at_ms INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
  `CREATE INDEX journal_context ON journal (context, sequence);`,
];
