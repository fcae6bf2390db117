import type { Adapter } from '../../adapters/adapter.ts';
import { collectKnex } from './collect-knex.ts';
import type { KnexFound } from './knex-summary.ts';
import { linkKnex } from './link-knex.ts';

/** Knex: fluent queries through whatever holds the client, subqueries, and tables of `knex.schema` migrations. */
export const knex: Adapter<KnexFound> = { name: 'knex', collect: collectKnex, link: linkKnex };
