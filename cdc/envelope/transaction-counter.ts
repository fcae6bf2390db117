import { named, optional, struct, type ConnectSchema } from './connect-schema.ts';
import { quoteJson } from './json-text.ts';
import { inHashMapOrder } from './types/java-order.ts';

export const transactionKeySchema: ConnectSchema = struct(
  { id: { type: 'string' } },
  { name: 'io.debezium.connector.common.TransactionMetadataKey', version: 1 },
);

export const transactionValueSchema: ConnectSchema = struct(
  {
    status: { type: 'string' },
    id: { type: 'string' },
    event_count: { type: 'int64', optional: true },
    data_collections: {
      type: 'array',
      optional: true,
      items: optional(
        struct(
          { data_collection: { type: 'string' }, event_count: { type: 'int64' } },
          named('struct', 'event.collection'),
        ),
      ),
    },
    ts_ms: { type: 'int64' },
  },
  { name: 'io.debezium.connector.common.TransactionMetadataValue', version: 1 },
);

/** Counts the events of one transaction for `provide.transaction.metadata`. */
export interface TransactionCounter {
  /** Counts an event of a table. @returns the `transaction` block of its envelope. */
  readonly count: (collection: string, lsn: string) => string;
  readonly begin: (lsn: string) => TransactionEvent;
  readonly end: (lsn: string) => TransactionEvent;
}

/** Key and value as JSON text. */
export interface TransactionEvent {
  readonly key: string;
  readonly value: string;
}

/** @param timeMs when the transaction was committed. */
export function createTransactionCounter(xid: number, timeMs: string): TransactionCounter {
  let total = 0;
  const counts = new Map<string, number>();
  const event = (status: string, lsn: string, counted: string): TransactionEvent => ({
    key: `{"id":"${xid}:${lsn}"}`,
    value: `{"status":"${status}","id":"${xid}:${lsn}",${counted},"ts_ms":${timeMs}}`,
  });
  return {
    count: (collection, lsn) => {
      total += 1;
      const order = (counts.get(collection) ?? 0) + 1;
      counts.set(collection, order);
      return `{"id":"${xid}:${lsn}","total_order":${total},"data_collection_order":${order}}`;
    },
    begin: (lsn) => event('BEGIN', lsn, '"event_count":null,"data_collections":null'),
    end: (lsn) => {
      const collections = inHashMapOrder(counts).map(
        ([collection, count]) => `{"data_collection":${quoteJson(collection)},"event_count":${count}}`,
      );
      return event('END', lsn, `"event_count":${total},"data_collections":[${collections.join(',')}]`);
    },
  };
}
