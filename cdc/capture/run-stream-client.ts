import type { Clock } from '@overgrow/core';
import type { Session } from '../connection/session-client.ts';
import { createTableEvents, type ChangeEvent } from '../envelope/change-event.ts';
import type { EnvelopeConfig } from '../envelope/envelope-config.ts';
import { createMessageEvents } from '../envelope/message-events.ts';
import { compileTable } from '../envelope/table-encoder.ts';
import type { Lsn } from '../source/log-position.ts';
import type { RelationMessage } from '../source/pgoutput-message.ts';
import type { ReplicationStream } from '../source/replication-source.ts';
import type { EventSink } from '../transport/event-sink.ts';
import type { CapturePosition } from './capture-position.ts';
import { createEventTypes } from './event-types-client.ts';
import type { CapturedItem } from './message-decoder.ts';
import { createStreamEvents, type StreamEvents } from './stream-events.ts';
import { readRelationTable } from './table-facts-client.ts';

export interface RunStreamOptions {
  /** For questions to the catalogue. */
  readonly session: Session;
  readonly stream: ReplicationStream<CapturedItem>;
  readonly config: EnvelopeConfig;
  readonly sink: EventSink;
  readonly startAt: CapturePosition;
  readonly heartbeatMs: number;
  /** Ends when everything before this place is out. */
  readonly stopAt: Lsn | undefined;
  /** Ends when as many events are out. */
  readonly limit: number;
  readonly write: (events: readonly ChangeEvent[]) => Promise<void>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

export type StreamEnd = 'enough' | 'caught-up' | 'stopped';

/** Events handed to the sink at a time, so that one large read does not become one large text. */
const batchEvents = 250;

/** Reads, encodes, writes, commits, acknowledges: in this order for each part of the stream. */
export async function runStream(options: RunStreamOptions): Promise<StreamEnd> {
  const { stream, sink, config, clock } = options;
  const nowMs = () => clock.nowMs();
  const events = createStreamEvents(config, options.startAt, nowMs);
  const describe = relationDescriber(options, events);
  const heartbeat = createHeartbeat(options);
  let left = options.limit;
  let end: StreamEnd | undefined;
  await heartbeat(true);
  while (end === undefined) {
    const items = await nextItems(options);
    if (items === undefined) return 'stopped';
    let batch: ChangeEvent[] = [];
    let position = events.position();
    for (const item of items) {
      if (item.kind === 'idle') {
        events.passed(item.endLsn);
        position = events.position();
        continue;
      }
      if (item.message.kind === 'relation') await describe(item.message);
      const made = events.accept(item.message, item.lsn);
      if (made.length >= left) {
        batch.push(...made.slice(0, left));
        position = made.length === left ? events.position() : inside(position, left);
        end = 'enough';
        break;
      }
      left -= made.length;
      for (const event of made) batch.push(event);
      position = events.position();
      if (batch.length >= batchEvents) {
        await options.write(batch);
        batch = [];
      }
    }
    await options.write(batch);
    await sink.commit(position);
    stream.acknowledge(position.completeLsn);
    await heartbeat(false);
    if (options.stopAt !== undefined && position.partial === undefined && position.completeLsn >= options.stopAt) {
      end ??= 'caught-up';
    }
  }
  return end;
}

/** The position when only `events` of a message's events are out, `before` being the one in front of the message. */
const inside = (before: CapturePosition, events: number): CapturePosition =>
  before.partial === undefined
    ? before
    : { ...before, partial: { ...before.partial, events: before.partial.events + events } };

/** @returns undefined when the signal came; an empty list when a heartbeat is due. */
async function nextItems({ stream, signal, heartbeatMs, clock }: RunStreamOptions) {
  if (signal.aborted) return undefined;
  const due = new AbortController();
  const woken = AbortSignal.any([signal, due.signal]);
  if (heartbeatMs > 0)
    void clock.sleep(heartbeatMs, woken).then(
      () => due.abort(),
      () => {},
    );
  try {
    return await stream.next(woken);
  } catch (error) {
    if (signal.aborted) return undefined;
    if (due.signal.aborted) return [];
    throw error;
  } finally {
    due.abort();
  }
}

function relationDescriber({ session, config }: RunStreamOptions, events: StreamEvents) {
  const types = createEventTypes(session.client);
  return async (relation: RelationMessage): Promise<void> => {
    if (!config.includesTable(`${relation.schema}.${relation.name}`)) return events.describe(relation, undefined);
    const table = await readRelationTable(session.client, types, relation);
    events.describe(relation, createTableEvents(compileTable(table, config, 'stream'), config));
  };
}

/** `heartbeat.interval.ms`: one at once, then one whenever the interval has passed. */
function createHeartbeat({ config, heartbeatMs, clock, write }: RunStreamOptions) {
  const messages = createMessageEvents(config);
  let last = Number.NEGATIVE_INFINITY;
  return async (always: boolean): Promise<void> => {
    const now = clock.elapsedMs();
    if (heartbeatMs === 0 || (!always && now - last < heartbeatMs)) return;
    last = now;
    await write([messages.heartbeat(clock.nowMs())]);
  };
}
