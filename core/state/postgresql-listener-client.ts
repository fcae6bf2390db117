import pg from 'pg';
import type { Clock } from '../runtime/clock.ts';

export interface ListenerOptions {
  readonly url: string;
  readonly channel: string;
  readonly clock: Clock;
  /** Called with the payload of each notification. */
  readonly onMessage: (payload: string) => void;
  /** Called when listening goes on after a lost connection: messages of the meantime are gone. */
  readonly onGap: () => void;
}

const longestPauseMs = 5_000;

/**
 * Listens on a connection of its own (a pool would give it back) and connects again after a loss. Resolves when it listens.
 * @throws what the first connection attempt throws.
 */
export async function createListener(options: ListenerOptions): Promise<AsyncDisposable> {
  const { clock, onMessage, onGap } = options;
  const ended = new AbortController();
  let client: pg.Client;

  const connect = async () => {
    const next = new pg.Client({ connectionString: options.url, application_name: 'overgrow state watch' });
    let live = false;
    next.on('error', () => {});
    next.on('notification', ({ payload = '' }) => onMessage(payload));
    next.on('end', () => {
      if (live && !ended.signal.aborted) void connectAgain();
    });
    try {
      await next.connect();
      await next.query(`LISTEN ${pg.escapeIdentifier(options.channel)}`);
    } catch (error) {
      await next.end().catch(() => {});
      throw error;
    }
    live = true;
    client = next;
    // Stopped while connecting: nobody else would end this connection.
    if (ended.signal.aborted) await next.end();
  };

  const connectAgain = async () => {
    for (let pauseMs = 50; !ended.signal.aborted; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
      try {
        await connect();
        if (!ended.signal.aborted) onGap();
        return;
      } catch {
        await clock.sleep(pauseMs, ended.signal).catch(() => {});
      }
    }
  };

  await connect();
  return {
    [Symbol.asyncDispose]: async () => {
      ended.abort();
      await client.end().catch(() => {});
    },
  };
}
