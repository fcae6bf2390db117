import type { Adapter } from '../../adapters/adapter.ts';
import { collectKysely } from './collect-kysely.ts';
import type { KyselyFound } from './kysely-summary.ts';
import { linkKysely } from './link-kysely.ts';

/** Kysely: `selectFrom`, `insertInto`, `updateTable`, `deleteFrom`, joins, WITH queries and `db.schema` migrations. */
export const kysely: Adapter<KyselyFound> = { name: 'kysely', collect: collectKysely, link: linkKysely };
