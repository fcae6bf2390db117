import { sql } from '../data/pg/index.ts';
import { express } from '../endpoints/express/index.ts';
import { nest } from '../endpoints/nest/index.ts';
import { injection } from '../wiring/injection/index.ts';
import { sealAdapter, type AnyAdapter } from './adapter.ts';

/** Every adapter, in the order in which they are linked: definitions of tables before those who use them. */
export const adapters: readonly AnyAdapter[] = [
  sealAdapter(sql),
  sealAdapter(express),
  sealAdapter(nest),
  sealAdapter(injection),
];
