/** An event line of either side, with what differs from run to run left out. */
export type EventJson = Readonly<Record<string, unknown>>;

export interface Difference {
  readonly index: number;
  /** Dotted, from the event down. */
  readonly path: string;
  readonly debezium: string;
  readonly ours: string;
}

export interface EqualityResult {
  readonly events: number;
  readonly equal: number;
  readonly differences: readonly Difference[];
}

/** Compares lines one by one, in order. */
export function compareEvents(debezium: readonly EventJson[], ours: readonly EventJson[]): EqualityResult {
  const events = Math.max(debezium.length, ours.length);
  const differences: Difference[] = [];
  let equal = 0;
  for (let index = 0; index < events; index += 1) {
    const before = differences.length;
    findDifferences(debezium[index], ours[index], `${String(ours[index]?.['destination'])}`, index, differences);
    if (differences.length === before) equal += 1;
  }
  return { events, equal, differences };
}

function findDifferences(debezium: unknown, ours: unknown, path: string, index: number, found: Difference[]): void {
  if (isObject(debezium) && isObject(ours)) {
    // The order of members counts: consumers that read JSON as text see it.
    if (Object.keys(debezium).join(',') !== Object.keys(ours).join(','))
      found.push({ index, path, debezium: Object.keys(debezium).join(','), ours: Object.keys(ours).join(',') });
    for (const key of Object.keys(debezium)) findDifferences(debezium[key], ours[key], `${path}.${key}`, index, found);
    return;
  }
  const [left, right] = [renderPart(debezium), renderPart(ours)];
  if (left !== right) found.push({ index, path, debezium: left.slice(0, 200), ours: right.slice(0, 200) });
}

const renderPart = (part: unknown) => (part === undefined ? 'nothing' : JSON.stringify(part));

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Integers beyond 2^53 stay exact, as text. */
function parseExactly(line: string): unknown {
  const exact = (_: string, value: unknown, { source }: { source?: string } = {}) =>
    typeof value === 'number' && !Number.isSafeInteger(value) && /^-?\d+$/.test(source ?? '') ? `int ${source}` : value;
  return JSON.parse(line, exact as (key: string, value: unknown) => unknown);
}

/** A line without times, versions and the id of the run. Of a snapshot the places in the log, which two slots cannot share. */
export function parseEvent(line: string): EventJson {
  return withoutRun(parseExactly(line)) as EventJson;
}

/** Debezium counts messages of a transaction under the name of a Java object with its address. */
const messageObject =
  /^io\.debezium\.connector\.postgresql\.LogicalDecodingMessageMonitor\$LogicalDecodingMessageId@.*/;

function withoutRun(value: unknown): unknown {
  if (typeof value === 'string') return value.replace(messageObject, 'LOGICAL_DECODING_MESSAGE');
  if (Array.isArray(value)) return value.map(withoutRun);
  if (!isObject(value)) return value;
  const isSource = value['connector'] === 'postgresql';
  const left = Object.entries(value).filter(([key]) => {
    if (/^ts_(ms|us|ns)$/.test(key) || key === '__debezium.context.runId') return false;
    if (!isSource) return true;
    return key !== 'version' && (value['snapshot'] === 'false' || !['lsn', 'txId', 'sequence'].includes(key));
  });
  return Object.fromEntries(left.map(([key, member]) => [key, withoutRun(member)]));
}

export const isSnapshot = (event: EventJson): boolean => operationOf(event) === 'r';

function operationOf(event: EventJson): unknown {
  const value = event['value'];
  if (!isObject(value)) return undefined;
  const payload = value['payload'];
  return isObject(payload) ? payload['op'] : value['op'];
}
