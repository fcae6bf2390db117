import type { Adapter } from '../../adapters/adapter.ts';
import { collectEvents } from './collect-events.ts';
import type { EventsSummary } from './events-summary.ts';
import { linkEvents } from './link-events.ts';

/** Emitters and buses inside of the process: Node's EventEmitter, EventEmitter2, NestJS CQRS. */
export const events: Adapter<EventsSummary> = { name: 'events', collect: collectEvents, link: linkEvents };
