/**
 * The schema of the PostgreSQL store, one step a version. `{schema}` stands for the quoted name of the schema, `{channel}`
 * for its notification channel as a literal. Steps are only added.
 *
 * Each effect is one function, so that it is one round trip and one transaction whose locks are taken in one order:
 * lease, then value, then counter. Their inner statements see what committed while they waited for a lock (READ COMMITTED).
 */
export const postgresqlMigrations: readonly string[] = [
  `
  CREATE TABLE {schema}.value (
    key     text COLLATE "C" PRIMARY KEY,
    value   text NOT NULL,
    version bigint NOT NULL
  );
  CREATE TABLE {schema}.journal (
    sequence bigint PRIMARY KEY,
    at_ms    bigint NOT NULL,
    context  text NOT NULL,
    event    text NOT NULL,
    data     text NOT NULL
  );
  -- One row whose lock makes writers of the journal queue: no gaps, and no reader sees 7 before 6.
  CREATE TABLE {schema}.journal_end (sequence bigint NOT NULL);
  INSERT INTO {schema}.journal_end VALUES (0);
  CREATE TABLE {schema}.lease (
    name          text PRIMARY KEY,
    holder        text NOT NULL,
    epoch         bigint NOT NULL,
    expires_at_ms bigint NOT NULL
  );

  CREATE FUNCTION {schema}.now_ms() RETURNS bigint LANGUAGE sql VOLATILE AS
    $$ SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint $$;

  -- True while the lease is held; it can't be taken over before this transaction ends.
  CREATE FUNCTION {schema}.lock_lease(wanted_name text, wanted_epoch bigint) RETURNS boolean LANGUAGE plpgsql AS $$
  DECLARE found_expiry bigint;
  BEGIN
    SELECT expires_at_ms INTO found_expiry FROM {schema}.lease
      WHERE name = wanted_name AND epoch = wanted_epoch FOR SHARE;
    RETURN FOUND AND found_expiry > {schema}.now_ms();
  END $$;

  CREATE FUNCTION {schema}.compare_and_set(
    wanted_key text, expected bigint, new_value text, lease_name text, lease_epoch bigint
  ) RETURNS text LANGUAGE plpgsql AS $$
  BEGIN
    -- A flip that was reported must survive a crash, also where the server is set to lose the last commits.
    IF current_setting('synchronous_commit') = 'off' THEN PERFORM set_config('synchronous_commit', 'on', true); END IF;
    IF lease_name IS NOT NULL AND NOT {schema}.lock_lease(lease_name, lease_epoch) THEN RETURN 'lease-lost'; END IF;
    IF expected = 0 THEN
      INSERT INTO {schema}.value (key, value, version) VALUES (wanted_key, new_value, 1) ON CONFLICT DO NOTHING;
    ELSE
      UPDATE {schema}.value SET value = new_value, version = version + 1 WHERE key = wanted_key AND version = expected;
    END IF;
    IF NOT FOUND THEN RETURN 'conflict'; END IF;
    PERFORM pg_notify({channel}, wanted_key);
    RETURN 'written';
  END $$;

  -- The sequence, or null when the lease is lost.
  CREATE FUNCTION {schema}.append(
    entry_context text, entry_event text, entry_data text, lease_name text, lease_epoch bigint
  ) RETURNS bigint LANGUAGE plpgsql AS $$
  DECLARE next_sequence bigint;
  BEGIN
    IF current_setting('synchronous_commit') = 'off' THEN PERFORM set_config('synchronous_commit', 'on', true); END IF;
    IF lease_name IS NOT NULL AND NOT {schema}.lock_lease(lease_name, lease_epoch) THEN RETURN NULL; END IF;
    UPDATE {schema}.journal_end SET sequence = sequence + 1 RETURNING sequence INTO next_sequence;
    INSERT INTO {schema}.journal VALUES (next_sequence, {schema}.now_ms(), entry_context, entry_event, entry_data);
    RETURN next_sequence;
  END $$;
  `,
  `CREATE INDEX journal_context ON {schema}.journal (context, sequence);`,
  `
  -- The value and the entries that explain it: both or neither. The lease stays locked from the first call on.
  CREATE FUNCTION {schema}.compare_and_set(
    wanted_key text, expected bigint, new_value text, lease_name text, lease_epoch bigint,
    contexts text[], events text[], data text[]
  ) RETURNS text LANGUAGE plpgsql AS $$
  DECLARE
    outcome text := {schema}.compare_and_set(wanted_key, expected, new_value, lease_name, lease_epoch);
  BEGIN
    IF outcome = 'written' THEN
      FOR entry IN 1 .. cardinality(events) LOOP
        PERFORM {schema}.append(contexts[entry], events[entry], data[entry], NULL, NULL);
      END LOOP;
    END IF;
    RETURN outcome;
  END $$;
  `,
];
