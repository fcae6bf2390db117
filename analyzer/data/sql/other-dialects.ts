import { parse } from '@guanmingchiu/sqlparser-ts';
import { list, record, text, type ParsedSql, type SqlStatement, type SqlTree } from './postgres-parser.ts';

export type OtherDialect = 'mysql' | 'sqlite';

/**
 * Parses MySQL or SQLite with sqlparser-rs, and says tables, WITH names, called functions and definitions the way PostgreSQL's parse tree
 * does, so that everything after the parser knows one tree. The parser must have been initialised.
 */
export function parseOtherDialect(source: string, dialect: OtherDialect): ParsedSql {
  try {
    const statements = parse(plainSearch(source), dialect) as readonly unknown[];
    return { kind: 'parsed', statements: statements.flatMap(convertStatement) };
  } catch (error) {
    return { kind: 'failed', message: error instanceof Error ? error.message : String(error) };
  }
}

/** What sqlparser-rs doesn't know and no table depends on: full-text searches without brackets, `IF EXISTS` of keys. */
function plainSearch(source: string): string {
  return source
    .replace(
      /\bmatch\b\s*(?:\([^()]*\)|[\w.`]+(?:\s*,\s*[\w.`]+)*)\s*against\s*\((?:[^()']|'[^']*'|\([^()]*\))*\)/gi,
      'TRUE',
    )
    .replace(/\bdrop\s+(foreign\s+key|index|constraint)\s+if\s+exists\b/gi, 'DROP $1');
}

function convertStatement(statement: unknown): SqlStatement[] {
  const [kind, body] = Object.entries(record(statement))[0] ?? [];
  const tree = record(body);
  switch (kind) {
    case 'Query':
      return [made('SelectStmt', select(tree))];
    case 'Insert':
      return [made('InsertStmt', insert(tree))];
    case 'Update':
      return updates(tree).map((update) => made('UpdateStmt', update));
    case 'Delete':
      return deletes(tree).map((one) => made('DeleteStmt', one));
    case 'Truncate':
      return [made('TruncateStmt', { relations: list(tree['table_names']).map((one) => range(record(one)['name'])) })];
    case 'Call':
      return [made('CallStmt', { funccall: { funcname: strings(tree['name']) }, rest: convert(tree['args']) })];
    case 'CreateTable':
      return [
        made('CreateStmt', { relation: relation(tree['name'], tree['temporary']), tableElts: foreignKeys(tree) }),
        ...('body' in record(tree['query']) ? [made('SelectStmt', select(record(tree['query'])))] : []),
      ];
    case 'AlterTable':
      return alterations(tree);
    case 'RenameTable':
      return list(body).map((one) => rename(record(one)['old_name'], record(one)['new_name']));
    case 'CreateView':
      return [made('ViewStmt', { view: relation(tree['name']), query: convert({ Query: tree['query'] }) })];
    case 'Drop':
      return [drop(tree)];
    case 'Explain':
      return convertStatement(tree['statement']);
    default:
      return [made(kind ?? 'Unknown', {})];
  }
}

function made(kind: string, tree: SqlTree): SqlStatement {
  return { kind, tree, at: 0 };
}

/** Any part of a tree: tables become `RangeVar`, functions `FuncCall`, queries `SelectStmt`; all else is walked through. */
function convert(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(convert);
  if (typeof part !== 'object' || part === null) return undefined;
  return Object.entries(part).map(([key, value]) => convertField(key, value));
}

function convertField(key: string, value: unknown): unknown {
  const tree = record(value);
  switch (key) {
    case 'Table':
      // `generate_series(1, 2)` is a function where a table could be.
      return tree['args'] === null || tree['args'] === undefined ? range(tree['name']) : convert(tree['args']);
    case 'Function':
      return { FuncCall: { funcname: strings(tree['name']), args: convert(tree['args']) } };
    case 'Query':
    case 'subquery':
    case 'query':
      return 'body' in tree ? { SelectStmt: select(tree) } : convert(value);
    case 'Subquery':
      return 'body' in tree ? { SelectStmt: select(tree) } : convert(value);
    case 'Insert':
      return { InsertStmt: insert(tree) };
    case 'Update':
      return updates(tree).map((update) => ({ UpdateStmt: update }));
    case 'Delete':
      return deletes(tree).map((one) => ({ DeleteStmt: one }));
    default:
      return convert(value);
  }
}

function select(tree: SqlTree): SqlTree {
  const { with: names, ...rest } = tree;
  return { ...withClause(names), rest: convert(rest) };
}

function withClause(names: unknown): SqlTree {
  const ctes = list(record(names)['cte_tables']).map((one) => {
    const cte = record(one);
    const query = record(cte['query']);
    return {
      CommonTableExpr: {
        ctename: text(record(record(cte['alias'])['name'])['value']),
        ctequery: { SelectStmt: select(query) },
      },
    };
  });
  return ctes.length === 0 ? {} : { withClause: { ctes } };
}

function insert(tree: SqlTree): SqlTree {
  const { table, source, on, assignments } = tree;
  const body = record(source);
  return {
    relation: relation(record(table)['TableName']),
    ...withClause(body['with']),
    rest: ['body' in body ? { SelectStmt: select(body) } : undefined, convert(on), convert(assignments)],
  };
}

interface NamedRelation {
  readonly name: unknown;
  /** What its columns are called by. */
  readonly alias: string | undefined;
}

/** `update a join b on … set b.x = 1` writes the tables whose columns are set and reads the others. */
function updates(tree: SqlTree): SqlTree[] {
  const { table, assignments, with: names, ...rest } = tree;
  const relations = relationsIn([table]);
  const qualifiers = list(assignments).map((one) => {
    const column = list(record(record(one)['target'])['ColumnName']);
    return column.length < 2 ? undefined : text(record(record(column.at(-2))['Identifier'])['value']);
  });
  const [first, ...joined] = relations;
  const written = relations.filter(
    (one) =>
      qualifiers.includes(one.alias) || (one === first && (qualifiers.includes(undefined) || joined.length === 0)),
  );
  return writes(relations, written.length === 0 ? relations.slice(0, 1) : written, names, [
    conditionsIn([table]),
    convert(assignments),
    convert(rest),
  ]);
}

/** `delete a from a join b` deletes from the named ones; without names from the first. */
function deletes(tree: SqlTree): SqlTree[] {
  const { tables, from, using, with: names, ...rest } = tree;
  const froms = Object.values(record(from)).flatMap((one) => list(one));
  const relations = [...relationsIn(froms), ...relationsIn(list(using))];
  const named = list(tables).map((name) => lastIdentifier(name));
  const written = relations.filter((one) => named.includes(one.alias) || named.includes(lastIdentifier(one.name)));
  const targets = written.length === 0 ? relations.slice(0, 1) : written;
  return writes(relations, targets, names, [conditionsIn(froms), conditionsIn(list(using)), convert(rest)]);
}

function writes(
  all: readonly NamedRelation[],
  written: readonly NamedRelation[],
  names: unknown,
  rest: readonly unknown[],
): SqlTree[] {
  const others = all.filter((one) => !written.includes(one)).map((one) => range(one.name));
  return written.map((one, index) => ({
    relation: relation(one.name),
    ...(index === 0 ? { ...withClause(names), rest: [others, rest] } : {}),
  }));
}

/** The plain tables of FROM items, joined ones too. */
function relationsIn(items: readonly unknown[]): NamedRelation[] {
  return items.flatMap((item) => {
    const { relation: own, joins } = record(item);
    return [own, ...list(joins).map((join) => record(join)['relation'])].flatMap((one): NamedRelation[] => {
      const table = record(record(one)['Table']);
      if (table['name'] === undefined) return [];
      const alias = text(record(record(table['alias'])['name'])['value']);
      return [{ name: table['name'], alias: alias ?? lastIdentifier(table['name']) }];
    });
  });
}

/** What joins say besides their tables: conditions, and subqueries in place of tables. */
function conditionsIn(items: readonly unknown[]): unknown {
  return items.flatMap((item) => {
    const { relation: own, joins } = record(item);
    const derived = (one: unknown) => (record(one)['Table'] === undefined ? convert(one) : undefined);
    return [
      derived(own),
      ...list(joins).flatMap((join) => [derived(record(join)['relation']), convert(record(join)['join_operator'])]),
    ];
  });
}

function foreignKeys(tree: SqlTree): unknown[] {
  const keys: unknown[] = [];
  const visit = (part: unknown): void => {
    if (Array.isArray(part)) for (const item of part) visit(item);
    else if (typeof part === 'object' && part !== null) {
      const target = record(record(part)['ForeignKey'])['foreign_table'];
      if (target !== undefined) keys.push({ Constraint: { contype: 'CONSTR_FOREIGN', pktable: relation(target) } });
      for (const item of Object.values(part)) visit(item);
    }
  };
  visit(tree);
  return keys;
}

function alterations(tree: SqlTree): SqlStatement[] {
  const keys = foreignKeys(tree);
  const altered = made('AlterTableStmt', {
    relation: relation(tree['name']),
    cmds: [{ AlterTableCmd: { def: keys } }],
  });
  const renamed = list(tree['operations']).flatMap((operation) => {
    const to = record(record(record(operation)['RenameTable'])['table_name']);
    const name = to['To'] ?? to['As'];
    return name === undefined ? [] : [rename(tree['name'], name)];
  });
  return [altered, ...renamed];
}

function rename(from: unknown, to: unknown): SqlStatement {
  return made('RenameStmt', { renameType: 'OBJECT_TABLE', relation: relation(from), newname: lastIdentifier(to) });
}

function drop(tree: SqlTree): SqlStatement {
  const kind = text(tree['object_type']) ?? '';
  const removeType = kind === 'Table' ? 'OBJECT_TABLE' : kind === 'View' ? 'OBJECT_VIEW' : 'OBJECT_OTHER';
  // An index may have the name of a table.
  const objects =
    removeType === 'OBJECT_OTHER' ? [] : list(tree['names']).map((name) => ({ List: { items: strings(name) } }));
  return made('DropStmt', { removeType, objects });
}

function range(name: unknown): unknown {
  return { RangeVar: relation(name) };
}

function relation(name: unknown, temporary?: unknown): SqlTree {
  const parts = identifiers(name);
  return {
    relname: parts.at(-1),
    ...(parts.length < 2 ? {} : { schemaname: parts.at(-2) }),
    ...(temporary === true ? { relpersistence: 't' } : {}),
  };
}

const keywords = new Set('SELECT FROM WHERE SET ON GROUP ORDER BY HAVING LIMIT VALUES INTO JOIN AND OR'.split(' '));

/** Errors: sqlparser-rs takes keywords for names where no server does; such a text doesn't parse. */
function identifiers(name: unknown): string[] {
  return list(name).flatMap((part) => {
    const { value, quote_style: quote } = record(record(part)['Identifier']);
    const word = text(value);
    if (word !== undefined && typeof quote !== 'string' && keywords.has(word.toUpperCase()))
      throw new SyntaxError(`syntax error at "${word}"`);
    return word ?? [];
  });
}

function lastIdentifier(name: unknown): string | undefined {
  return identifiers(name).at(-1);
}

function strings(name: unknown): unknown[] {
  return identifiers(name).map((sval) => ({ String: { sval } }));
}
