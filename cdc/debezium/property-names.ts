/**
 * The properties of Debezium's PostgreSQL connector, and what becomes of each. Source: its documentation, "Connector
 * properties", and `PostgresConnectorConfig` of 3.6.
 */

/** Decide how events look or what is captured: `parse-properties.ts` reads them. */
export const usedProperties = [
  'topic.prefix',
  'slot.name',
  'publication.name',
  'publication.autocreate.mode',
  'snapshot.mode',
  'table.include.list',
  'table.exclude.list',
  'schema.include.list',
  'schema.exclude.list',
  'column.include.list',
  'column.exclude.list',
  'message.prefix.include.list',
  'message.prefix.exclude.list',
  'message.key.columns',
  'skipped.operations',
  'skip.messages.without.change',
  'tombstones.on.delete',
  'provide.transaction.metadata',
  'extended.headers.enabled',
  'heartbeat.interval.ms',
  'heartbeat.topics.prefix',
  'topic.heartbeat.prefix',
  'topic.heartbeat.name',
  'topic.transaction',
  'topic.delimiter',
  'decimal.handling.mode',
  'time.precision.mode',
  'binary.handling.mode',
  'hstore.handling.mode',
  'interval.handling.mode',
  'money.fraction.digits',
  'include.unknown.datatypes',
  'unavailable.value.placeholder',
  'schema.name.adjustment.mode',
  'field.name.adjustment.mode',
  'converter.schemas.enable',
  'key.converter.schemas.enable',
  'value.converter.schemas.enable',
  'header.converter.schemas.enable',
  'publish.via.partition.root',
  'database.hostname',
  'database.port',
  'database.user',
  'database.password',
  'database.dbname',
] as const;

export type UsedProperty = (typeof usedProperties)[number];

/** Properties with a number or a name inside, as patterns. */
export const columnProperties = {
  truncate: /^column\.truncate\.to\.(\d+)\.chars$/,
  mask: /^column\.mask\.with\.(\d+)\.chars$/,
  hash: /^column\.mask\.hash\.(v2\.)?([^.]+)\.with\.salt\.(.+)$/,
} as const;

/** Tune Debezium's own machinery, or say what holds here anyway: accepted, without effect. */
export const idleProperties: readonly RegExp[] = [
  /^(name|connector\.class|tasks\.max|plugin\.name|config\.providers.*)$/,
  /^(key|value|header|internal\.key|internal\.value)\.converter$/,
  /^(offset|errors|schema\.history|internal|driver|consumer|producer|topic\.creation|predicates|guardrail)\./,
  /^(max\.(batch\.size|queue\.size(\.in\.bytes)?)|poll\.interval\.ms|snapshot\.(fetch\.size|delay\.ms|max\.threads(\.multiplier)?|lock\.timeout\.ms|locking\.mode|isolation\.mode|tables\.order\.by\.row\.count)|streaming\.delay\.ms|query\.fetch\.size|queue\.provider\.type|legacy\.snapshot\.max\.threads)$/,
  /^(slot\.(drop\.on\.stop|max\.retries|retry\.delay\.ms|stream\.params|failover|seek\.to\.known\.offset\.on\.start)|create\.slot\.command\.timeout|status\.update\.interval\.ms|lsn\.flush\..*|flush\.lsn\.source|offset\.mismatch\.strategy|retriable\.restart\.connector\.wait\.ms|executor\.shutdown\.timeout\.ms|connection\.validation\.timeout\.ms)$/,
  /^(database\.(ssl.*|tcpKeepAlive|server\.name|initial\.statements|query\.timeout\.ms)|custom\.metric\.tags|statistics\.metrics\.enabled|schema\.refresh\.mode|table\.ignore\.builtin|include\.schema\.(changes|comments)|sourceinfo\.struct\.maker|topic\.cache\.size|event\.processing\.failure\.handling\.mode|event\.converting\.failure\.handling\.mode)$/,
  /^(key|value|header)\.converter\.(?!schemas\.enable$).*/,
];

/** Change events in ways that are not built: refused by name rather than ignored. */
export const refusedProperties: readonly RegExp[] = [
  /^(transforms|post\.processors|converters)(\..*)?$/,
  /^(column|datatype)\.propagate\.source\.type$/,
  /^(signal|incremental\.snapshot|notification)\..*/,
  /^snapshot\.(select\.statement\.overrides.*|include\.collection\.list|query\.mode.*|mode\.(custom|configuration).*)$/,
  /^(heartbeat\.action\.query|replica\.identity\.autoset\.values|xmin\.fetch\.interval\.ms|topic\.naming\.strategy|transaction\.metadata\.factory|read\.only)$/,
];
