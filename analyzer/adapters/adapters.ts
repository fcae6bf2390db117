import { drizzle } from '../data/drizzle/index.ts';
import { knex } from '../data/knex/index.ts';
import { kysely } from '../data/kysely/index.ts';
import { objection } from '../data/objection/index.ts';
import { sql } from '../data/pg/index.ts';
import { prisma } from '../data/prisma/index.ts';
import { brokers } from '../endpoints/brokers/index.ts';
import { commands } from '../endpoints/commands/index.ts';
import { stores } from '../data/stores/index.ts';
import { graphql } from '../endpoints/graphql/index.ts';
import { nest } from '../endpoints/nest/index.ts';
import { next } from '../endpoints/next/index.ts';
import { queues } from '../endpoints/queues/index.ts';
import { routingControllers } from '../endpoints/routing-controllers/index.ts';
import { schedules } from '../endpoints/schedules/index.ts';
import { socketIo } from '../endpoints/socket-io/index.ts';
import { registration } from '../endpoints/registration/index.ts';
import { remix } from '../endpoints/remix/index.ts';
import { trpc } from '../endpoints/trpc/index.ts';
import { sideEffects } from '../side-effects/index.ts';
import { events } from '../wiring/events/index.ts';
import { injection } from '../wiring/injection/index.ts';
import { sealAdapter, type AnyAdapter } from './adapter.ts';

/** Every adapter, in the order in which they are linked: definitions of tables before those who use them. */
export const adapters: readonly AnyAdapter[] = [
  // Data: definitions of tables first.
  sealAdapter(drizzle),
  sealAdapter(sql),
  sealAdapter(knex),
  sealAdapter(kysely),
  sealAdapter(objection),
  sealAdapter(prisma),
  sealAdapter(stores),
  // Endpoints.
  sealAdapter(brokers),
  sealAdapter(commands),
  sealAdapter(graphql),
  sealAdapter(nest),
  sealAdapter(next),
  sealAdapter(queues),
  sealAdapter(routingControllers),
  sealAdapter(schedules),
  sealAdapter(socketIo),
  sealAdapter(registration),
  sealAdapter(remix),
  sealAdapter(trpc),
  // What blocks an extraction.
  sealAdapter(sideEffects),
  // Wiring.
  sealAdapter(events),
  sealAdapter(injection),
];
