import type { AccessMode } from '../../facts/facts.ts';
import { list, nameOf, record, text, type SqlStatement, type SqlTree } from './postgres-parser.ts';

export interface StatementAccesses {
  readonly tables: readonly { readonly mode: AccessMode; readonly table: string; readonly at: number }[];
  /** Functions and procedures that are called, with their schema when written. */
  readonly calls: readonly string[];
}

const systemSchemas = new Set(['pg_catalog', 'information_schema', 'pg_temp', 'mysql', 'performance_schema', 'sys']);

/** Which tables a statement reads and writes, and which routines it calls. Names of WITH queries are not tables. */
export function statementAccesses(statement: SqlStatement): StatementAccesses {
  const tables: { mode: AccessMode; table: string; at: number }[] = [];
  const calls: string[] = [];
  const add = (mode: AccessMode, relation: SqlTree, hidden: ReadonlySet<string>) => {
    const name = text(relation['relname']);
    const schema = text(relation['schemaname']);
    if (name === undefined || (schema === undefined && hidden.has(name))) return;
    if (isSystem(schema, name) || relation['relpersistence'] === 't') return;
    const at = relation['location'];
    tables.push({ mode, table: qualify(schema, name), at: typeof at === 'number' ? at : statement.at });
  };

  const visit = (value: unknown, hidden: ReadonlySet<string>): void => {
    if (Array.isArray(value)) {
      for (const item of value) visit(item, hidden);
      return;
    }
    if (typeof value !== 'object' || value === null) return;
    for (const [key, inner] of Object.entries(value)) visitField(key, inner, hidden);
  };

  const visitField = (key: string, inner: unknown, hidden: ReadonlySet<string>): void => {
    switch (key) {
      case 'RangeVar':
        add('read', record(inner), hidden);
        return;
      case 'FuncCall': {
        const name = nameOf(record(inner)['funcname']);
        if (!name.startsWith('pg_catalog.')) calls.push(name);
        break;
      }
      case 'SelectStmt':
      case 'InsertStmt':
      case 'UpdateStmt':
      case 'DeleteStmt':
      case 'MergeStmt':
        visitStatement(key, record(inner), hidden);
        return;
      default:
    }
    visit(inner, hidden);
  };

  const visitStatement = (kind: string, tree: SqlTree, outer: ReadonlySet<string>): void => {
    const hidden = withNames(tree, outer);
    const { relation, ...rest } = tree;
    if (kind !== 'SelectStmt') add('write', record(relation), outer);
    // `union` keeps its arms as bare statements.
    for (const arm of ['larg', 'rarg'] as const) {
      if (kind === 'SelectStmt' && rest[arm] !== undefined) visitStatement('SelectStmt', record(rest[arm]), hidden);
    }
    for (const [key, value] of Object.entries(rest))
      if (kind !== 'SelectStmt' || (key !== 'larg' && key !== 'rarg' && key !== 'lockingClause')) visit(value, hidden);
  };

  const none: ReadonlySet<string> = new Set();
  switch (statement.kind) {
    case 'TruncateStmt':
      for (const relation of list(statement.tree['relations']))
        add('write', record(record(relation)['RangeVar']), none);
      break;
    case 'CopyStmt':
      add(statement.tree['is_from'] === true ? 'write' : 'read', record(statement.tree['relation']), none);
      visit(statement.tree['query'], none);
      break;
    case 'CallStmt':
      visit(statement.tree, none);
      calls.push(nameOf(record(statement.tree['funccall'])['funcname']));
      break;
    case 'SelectStmt':
    case 'InsertStmt':
    case 'UpdateStmt':
    case 'DeleteStmt':
    case 'MergeStmt':
      visitStatement(statement.kind, statement.tree, none);
      break;
    case 'RefreshMatViewStmt':
      add('write', record(statement.tree['relation']), none);
      break;
    case 'ExplainStmt':
    case 'DeclareCursorStmt':
    case 'PrepareStmt':
      visit(statement.tree, none);
      break;
    case 'CreateTableAsStmt':
    case 'ViewStmt':
      visit(statement.tree['query'], none);
      break;
    default:
  }
  return { tables, calls: [...new Set(calls)].filter((name) => name !== '') };
}

/** Unqualified names are in `public`: what the search path says at run time is not in the text. */
export function qualify(schema: string | undefined, name: string): string {
  return `${schema ?? 'public'}.${name}`;
}

function isSystem(schema: string | undefined, name: string): boolean {
  return schema === undefined ? /^(?:pg|sqlite)_/.test(name) : systemSchemas.has(schema.toLowerCase());
}

function withNames(tree: SqlTree, outer: ReadonlySet<string>): ReadonlySet<string> {
  const names = list(record(tree['withClause'])['ctes']).map(
    (cte) => text(record(record(cte)['CommonTableExpr'])['ctename']) ?? '',
  );
  return names.length === 0 ? outer : new Set([...outer, ...names]);
}
