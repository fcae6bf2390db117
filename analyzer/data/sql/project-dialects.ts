import type { ModuleSummary } from '../../source/module-summary.ts';
import type { SqlDialect } from './sql-parser.ts';

const clients: readonly (readonly [SqlDialect, RegExp])[] = [
  [
    'postgres',
    /^(?:pg|pg-promise|pg-native|postgres|slonik|postgrator|@neondatabase\/serverless|@vercel\/postgres|@pgtyped\/runtime|pg-\w+)$/,
  ],
  ['mysql', /^(?:mysql2?|mariadb|promise-mysql|serverless-mysql|@planetscale\/database)(?:\/|$)/],
  ['sqlite', /^(?:better-sqlite3|sqlite3?|sql\.js|node:sqlite|bun:sqlite|@libsql\/client|better-sqlite3-\w+)(?:\/|$)/],
];

/** The dialects of a project, the one whose clients it imports most often first; PostgreSQL when it says nothing. */
export function dialectsOf(modules: Iterable<ModuleSummary>): readonly SqlDialect[] {
  const counts = new Map<SqlDialect, number>(clients.map(([dialect]) => [dialect, 0]));
  for (const { imports } of modules) {
    for (const { specifier } of imports)
      for (const [dialect, pattern] of clients)
        if (pattern.test(specifier)) counts.set(dialect, (counts.get(dialect) ?? 0) + 1);
  }
  return [...counts].sort(([, a], [, b]) => b - a).map(([dialect]) => dialect);
}
