import { knex } from '../data/knex/index.ts';
import { sql } from '../data/pg/index.ts';
import { prisma } from '../data/prisma/index.ts';
import { express } from '../endpoints/express/index.ts';
import { nest } from '../endpoints/nest/index.ts';
import { queues } from '../endpoints/queues/index.ts';
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
  sealAdapter(express),
  sealAdapter(nest),
  sealAdapter(queues),
  sealAdapter(trpc),
  // Wiring.
  sealAdapter(events),
  sealAdapter(injection),
];
