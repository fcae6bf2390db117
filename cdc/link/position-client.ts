import { openSession, type Session } from '../connection/session-client.ts';
import { parseLsn, type Lsn } from '../source/log-position.ts';

/** Asks one database where its log ends, over a session that it keeps and opens again when it was lost. */
export interface PositionReader extends AsyncDisposable {
  /** Undefined while the database can't be reached: a status must not fail for that. */
  read(): Promise<Lsn | undefined>;
}

export function createPositionReader(url: string, applicationName: string): PositionReader {
  let session: Promise<Session> | undefined;
  const end = async () => {
    const open = await session?.catch(() => undefined);
    session = undefined;
    await open?.end();
  };
  return {
    read: async () => {
      try {
        session ??= openSession({ url, applicationName });
        const { client } = await session;
        const { rows } = await client.query<{ lsn: string }>('select pg_current_wal_flush_lsn()::text as lsn');
        return parseLsn(rows[0]?.lsn ?? '0/0');
      } catch {
        await end();
        return undefined;
      }
    },
    [Symbol.asyncDispose]: end,
  };
}
