import type { Adapter } from '../../adapters/adapter.ts';
import { collectQueues } from './collect-queues.ts';
import { linkQueues } from './link-queues.ts';
import type { QueuesSummary } from './queues-summary.ts';

/** BullMQ, Bull, Bee-Queue, agenda, pg-boss, also through NestJS: workers and who gives them work. */
export const queues: Adapter<QueuesSummary> = { name: 'queues', collect: collectQueues, link: linkQueues };
