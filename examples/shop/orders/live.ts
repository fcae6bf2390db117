import { EventEmitter } from 'node:events';
import type pg from 'pg';
import { connectAlone } from '../db/database.ts';
import { logError } from '../utils/log.ts';

/**
 * Tells streams of this process about events of orders, whoever wrote them: the database notifies (005_orders.sql). One
 * connection a process, opened when the first stream asks.
 */
export interface LiveOrders {
  /** Calls `listener` at each new event of the order until the returned function is called. */
  watch(orderId: number, listener: () => void): Promise<() => void>;
  close(): Promise<void>;
}

export function createLiveOrders(databaseUrl: string): LiveOrders {
  const emitter = new EventEmitter().setMaxListeners(0);
  let client: Promise<pg.Client> | undefined;

  async function listen(): Promise<pg.Client> {
    const connected = await connectAlone(databaseUrl, 'shop-live-orders');
    connected.on('notification', ({ payload }) => {
      try {
        const { orderId } = JSON.parse(payload ?? '{}') as { orderId?: number };
        if (orderId !== undefined) emitter.emit(String(orderId));
      } catch (error) {
        logError('order-event-not-read', error);
      }
    });
    // The next stream opens another one; open streams see the next event at their browser's reconnect.
    connected.on('end', () => {
      client = undefined;
    });
    await connected.query('LISTEN order_events');
    return connected;
  }

  return {
    async watch(orderId, listener) {
      client ??= listen();
      await client.catch((error: unknown) => {
        client = undefined;
        throw error;
      });
      emitter.on(String(orderId), listener);
      return () => void emitter.off(String(orderId), listener);
    },
    async close() {
      const open = await client?.catch(() => undefined);
      client = undefined;
      await open?.end();
    },
  };
}
