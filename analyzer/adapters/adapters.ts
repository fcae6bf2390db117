import { knex } from '../data/knex/index.ts';
import { sql } from '../data/pg/index.ts';
import { prisma } from '../data/prisma/index.ts';
import { nest } from '../endpoints/nest/index.ts';
import { next } from '../endpoints/next/index.ts';
import { queues } from '../endpoints/queues/index.ts';
import { registration } from '../endpoints/registration/index.ts';
import { remix } from '../endpoints/remix/index.ts';
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
  sealAdapter(nest),
  sealAdapter(next),
  sealAdapter(queues),
  sealAdapter(registration),
  sealAdapter(remix),
  sealAdapter(trpc),
  // Wiring.
  sealAdapter(events),
  sealAdapter(injection),
];
