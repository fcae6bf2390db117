import { named, optional, struct, type ConnectSchema } from './connect-schema.ts';
import { wrapper, type ChangeEvent } from './change-event.ts';
import type { EnvelopeConfig } from './envelope-config.ts';
import { quoteJson } from './json-text.ts';
import { topicName } from './name-rules.ts';
import { sourceSchema } from './source-block.ts';
import { transactionBlockSchema } from './table-encoder.ts';
import { transactionKeySchema, transactionValueSchema, type TransactionEvent } from './transaction-counter.ts';
import { binarySchema, renderBytes } from './types/convert-bytes.ts';

/** Events that belong to no table: logical messages, beginnings and ends of transactions, heartbeats. They have no headers. */
export interface MessageEvents {
  message(message: LogicalMessageFacts): ChangeEvent;
  transaction(event: TransactionEvent): ChangeEvent;
  heartbeat(timeMs: number): ChangeEvent;
}

export interface LogicalMessageFacts {
  readonly prefix: string;
  readonly content: Buffer;
  readonly source: string;
  readonly transaction: string;
  readonly timeMs: number;
}

export function createMessageEvents(config: EnvelopeConfig): MessageEvents {
  const { prefix, topics, schemas } = config;
  const { binary } = config.modes;
  const event = (destination: string, keySchema: ConnectSchema, valueSchema: ConnectSchema) => {
    const wrapKey = wrapper(keySchema, schemas.key);
    const wrapValue = wrapper(valueSchema, schemas.value);
    return (key: string, value: string): ChangeEvent => ({
      destination,
      key: wrapKey(key),
      value: wrapValue(value),
      headers: '{}',
    });
  };
  const message = event(topicName(prefix, 'message'), messageKeySchema, messageValueSchema(binarySchema(binary)));
  const transaction = event(
    `${prefix}${topics.delimiter}${topics.transaction}`,
    transactionKeySchema,
    transactionValueSchema,
  );
  const heartbeat = event(topics.heartbeat, heartbeatKeySchema, heartbeatValueSchema);
  return {
    message: (facts) => {
      const name = quoteJson(facts.prefix);
      const block = `{"prefix":${name},"content":${renderBytes(facts.content, binary)}}`;
      return message(
        `{"prefix":${name}}`,
        `{"op":"m","ts_ms":${facts.timeMs},"source":${facts.source},"transaction":${facts.transaction},"message":${block}}`,
      );
    },
    transaction: ({ key, value }) => transaction(key, value),
    heartbeat: (timeMs) => heartbeat(`{"serverName":${quoteJson(prefix)}}`, `{"ts_ms":${timeMs}}`),
  };
}

const optionalString: ConnectSchema = { type: 'string', optional: true };

const messageKeySchema = struct(
  { prefix: optionalString },
  { name: 'io.debezium.connector.postgresql.MessageKey', version: 1 },
);

const messageValueSchema = (content: ConnectSchema) =>
  struct(
    {
      op: { type: 'string' },
      ts_ms: { type: 'int64', optional: true },
      source: sourceSchema,
      transaction: optional(transactionBlockSchema),
      message: struct(
        { prefix: optionalString, content: optional(content) },
        named('struct', 'io.debezium.connector.postgresql.Message'),
      ),
    },
    { name: 'io.debezium.connector.postgresql.MessageValue', version: 1 },
  );

const heartbeatKeySchema = struct(
  { serverName: { type: 'string' } },
  { name: 'io.debezium.connector.common.ServerNameKey', version: 1 },
);

const heartbeatValueSchema = struct(
  { ts_ms: { type: 'int64' } },
  { name: 'io.debezium.connector.common.Heartbeat', version: 1 },
);
