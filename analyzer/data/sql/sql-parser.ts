import { init } from '@guanmingchiu/sqlparser-ts';
import { parseOtherDialect, type OtherDialect } from './other-dialects.ts';
import { plainParameters } from './parameters.ts';
import { loadPostgresParser, parsePlPgSql, parsePostgres, type ParsedSql } from './postgres-parser.ts';
import { parseRoutine } from './routine-definitions.ts';

export type SqlDialect = 'postgres' | OtherDialect;

/** Whatever the dialect, statements come as PostgreSQL's parser gives them, as far as tables and routines are concerned. */
export interface SqlParser {
  /** Tries the dialects in the order of this project; `first` tries the likeliest alone. Parameters (`?`, `:name`, `@p`) may stand anywhere. */
  parse(text: string, how?: 'all' | 'first'): ParsedSql;
  /** The SQL inside a PL/pgSQL `create function` or `do` statement; undefined when it doesn't parse. */
  parseBody(createFunction: string): readonly string[] | undefined;
}

/**
 * PostgreSQL's own parser, and sqlparser-rs for MySQL and SQLite (both WebAssembly). `dialects` comes in the order of what the project
 * talks to: PostgreSQL folds names that are not quoted, so a project of another database must not be read by it first.
 */
export async function createSqlParser(dialects: readonly SqlDialect[]): Promise<SqlParser> {
  await Promise.all([loadPostgresParser(), init()]);
  return {
    parse(text, how = 'all') {
      const order = likeliestFirst(text, dialects);
      let failure: ParsedSql | undefined;
      for (const dialect of how === 'all' ? order : order.slice(0, 1)) {
        const parsed = parseAs(dialect, text);
        if (parsed.kind === 'parsed') return parsed;
        failure ??= parsed;
      }
      return failure ?? { kind: 'failed', message: 'no dialect' };
    },
    parseBody: parsePlPgSql,
  };
}

/** A routine of MySQL or SQLite is more statements than one: its frame is read here, its body statement by statement. */
function parseAs(dialect: SqlDialect, text: string): ParsedSql {
  const routine = dialect === 'postgres' ? undefined : parseRoutine(text, (body) => parseAs(dialect, body));
  if (routine !== undefined) return { kind: 'parsed', statements: [routine] };
  const parse = (one: string) => (dialect === 'postgres' ? parsePostgres(one) : parseOtherDialect(one, dialect));
  // `a ? b` is an operator of PostgreSQL: a text is taken as it stands before its parameters are.
  const asItStands = parse(text);
  if (asItStands.kind === 'parsed') return asItStands;
  const plain = plainParameters(text);
  if (plain === text) return asItStands;
  const parsed = parse(plain);
  return parsed.kind === 'parsed' ? parsed : asItStands;
}

const mysqlWords =
  /`|\bon\s+duplicate\s+key\b|\binsert\s+ignore\b|^\s*replace\s+into\b|\bauto_increment\b|\bengine\s*=|\bunsigned\b|\bstraight_join\b/i;
const sqliteWords =
  /\binsert\s+or\s+\w+\s+into\b|\bautoincrement\b|^\s*pragma\b|\bwithout\s+rowid\b|\bjulianday\s*\(|\bstrftime\s*\(/i;
const postgresWords =
  /::|\$\d|\breturning\b|\bilike\b|\bjsonb?_|\blateral\b|\bdo\s+\$\$|\blanguage\s+(?:plpgsql|sql)\b/i;

/** Words that only one dialect has decide before the project does. */
function likeliestFirst(text: string, dialects: readonly SqlDialect[]): readonly SqlDialect[] {
  const speaks = (dialect: SqlDialect): boolean => {
    if (dialect === 'postgres') return postgresWords.test(text) && !text.includes('`');
    return (dialect === 'mysql' ? mysqlWords : sqliteWords).test(text);
  };
  return [...dialects].sort((a, b) => Number(speaks(b)) - Number(speaks(a)));
}
