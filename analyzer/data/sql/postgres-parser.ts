import { loadModule, parsePlPgSQLSync, parseSync } from 'libpg-query';

/** A node of PostgreSQL's parse tree: `{ SelectStmt: { … } }`, as JSON. Read with `record`, `list` and `text`. */
export type SqlTree = Readonly<Record<string, unknown>>;

export interface SqlStatement {
  readonly kind: string;
  readonly tree: SqlTree;
  /** Offset of the statement in the text, in characters. */
  readonly at: number;
}

export type ParsedSql =
  | { readonly kind: 'parsed'; readonly statements: readonly SqlStatement[] }
  | { readonly kind: 'failed'; readonly message: string };

export async function loadPostgresParser(): Promise<void> {
  await loadModule();
}

/** PostgreSQL's own parser (WebAssembly). It knows every statement that the server knows, and nothing else. Needs `loadPostgresParser`. */
export function parsePostgres(text: string): ParsedSql {
  try {
    const { stmts } = parseSync(text) as { stmts?: readonly { stmt?: SqlTree; stmt_location?: number }[] };
    const statements = (stmts ?? []).flatMap(({ stmt, stmt_location: at }) => {
      const [entry] = Object.entries(stmt ?? {});
      return entry === undefined ? [] : [{ kind: entry[0], tree: record(entry[1]), at: at ?? 0 }];
    });
    return { kind: 'parsed', statements };
  } catch (error) {
    return { kind: 'failed', message: error instanceof Error ? error.message : String(error) };
  }
}

/** The SQL inside a PL/pgSQL `create function` or `do` statement; undefined when it doesn't parse. */
export function parsePlPgSql(createFunction: string): readonly string[] | undefined {
  try {
    return queriesIn(parsePlPgSQLSync(createFunction));
  } catch {
    return undefined;
  }
}

/** Each `PLpgSQL_expr` holds one query or expression. `parseMode` 2 and 3 are expressions, assignments. */
function queriesIn(tree: unknown): string[] {
  const queries: string[] = [];
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) for (const item of value) visit(item);
    else if (typeof value === 'object' && value !== null) {
      const fields = value as SqlTree;
      const expression = record(fields['PLpgSQL_expr']);
      const query = text(expression['query']);
      if (query !== undefined) queries.push(queryOf(query, expression['parseMode']));
      for (const item of Object.values(fields)) visit(item);
    }
  };
  visit(tree);
  return queries;
}

function queryOf(query: string, mode: unknown): string {
  if (mode === 2) return `select ${query}`;
  // Assignments: `total := (select …)`.
  if (typeof mode === 'number' && mode > 2) return `select ${query.replace(/^[^=]*?:?=/, '')}`;
  return query;
}

export function record(value: unknown): SqlTree {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as SqlTree) : {};
}

export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as readonly unknown[]) : [];
}

export function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** Names such as `public.orders`, given as a list of strings. */
export function nameOf(parts: unknown): string {
  return list(parts)
    .map((part) => text(record(record(part)['String'])['sval']) ?? '')
    .filter((part) => part !== '')
    .join('.');
}
