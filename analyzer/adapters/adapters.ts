import { knex } from '../data/knex/index.ts';
import { sql } from '../data/pg/index.ts';
import { prisma } from '../data/prisma/index.ts';
import { brokers } from '../endpoints/brokers/index.ts';
import { commands } from '../endpoints/commands/index.ts';
import { express } from '../endpoints/express/index.ts';
import { graphql } from '../endpoints/graphql/index.ts';
import { nest } from '../endpoints/nest/index.ts';
import { queues } from '../endpoints/queues/index.ts';
import { routingControllers } from '../endpoints/routing-controllers/index.ts';
import { schedules } from '../endpoints/schedules/index.ts';
import { socketIo } from '../endpoints/socket-io/index.ts';
import { trpc } from '../endpoints/trpc/index.ts';
import { events } from '../wiring/events/index.ts';
import { injection } from '../wiring/injection/index.ts';
import { sealAdapter, type AnyAdapter } from './adapter.ts';

/** Every adapter, in the order in which they are linked: definitions of tables before those who use them. */
export const adapters: readonly AnyAdapter[] = [
  // Data: definitions of tables first.
  sealAdapter(sql),
  sealAdapter(knex),
  sealAdapter(prisma),
  // Endpoints.
  sealAdapter(brokers),
  sealAdapter(commands),
  sealAdapter(express),
  sealAdapter(graphql),
  sealAdapter(nest),
  sealAdapter(queues),
  sealAdapter(routingControllers),
  sealAdapter(schedules),
  sealAdapter(socketIo),
  sealAdapter(trpc),
  // Wiring.
  sealAdapter(events),
  sealAdapter(injection),
];
