import { knex } from '../data/knex/index.ts';
import { sql } from '../data/pg/index.ts';
import { prisma } from '../data/prisma/index.ts';
import { express } from '../endpoints/express/index.ts';
import { sealAdapter, type AnyAdapter } from './adapter.ts';

/** Every adapter, in the order in which they are linked: definitions of tables before those who use them. */
export const adapters: readonly AnyAdapter[] = [sealAdapter(sql), sealAdapter(knex), sealAdapter(prisma), sealAdapter(express)];
