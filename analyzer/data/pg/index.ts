import type { Adapter } from '../../adapters/adapter.ts';
import { collectSql } from './collect-sql.ts';
import { linkSql } from './link-sql.ts';
import type { SqlText } from './sql-summary.ts';

/** SQL that stands in the source as text, whichever client takes it. */
export const sql: Adapter<readonly SqlText[]> = { name: 'sql', collect: collectSql, link: linkSql };
