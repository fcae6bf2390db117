import type { Adapter } from '../../adapters/adapter.ts';
import { collectDrizzle } from './collect-drizzle.ts';
import type { DrizzleFound } from './drizzle-summary.ts';
import { linkDrizzle } from './link-drizzle.ts';

/** Drizzle: tables, schemas and relations as values, queries that are handed one, relational queries. */
export const drizzle: Adapter<DrizzleFound> = { name: 'drizzle', collect: collectDrizzle, link: linkDrizzle };
