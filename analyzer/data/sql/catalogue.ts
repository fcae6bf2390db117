import type { AccessMode, Entity, Routine } from '../../facts/facts.ts';
import { compareText } from '../../source/place.ts';
import { list, nameOf, record, text, type SqlStatement, type SqlTree } from './postgres-parser.ts';
import type { SqlParser } from './sql-parser.ts';
import { qualify, statementAccesses } from './statement-accesses.ts';

interface CatalogueTable {
  readonly kind: 'table' | 'view';
  readonly place: string;
  readonly references: Set<string>;
}

interface CatalogueRoutine {
  readonly kind: 'trigger' | 'procedure' | 'view';
  readonly place: string;
  /** A function that only triggers can run. */
  readonly forTriggers?: boolean;
  readonly on?: string;
  /** The function that a trigger runs. */
  readonly runs?: string;
  readonly accesses: readonly (readonly [AccessMode, string])[];
  readonly calls: readonly string[];
}

/** The database as its definitions say it is: built statement by statement, in the order of the migrations. */
export interface Catalogue {
  /** Takes a definition. False when the statement defines nothing. `source` is the text that it was parsed from. */
  define(statement: SqlStatement, source: string, place: string): boolean;
  hasEntity(id: string): boolean;
  /** A value of the source that stands for a table, so that SQL may name it: `` sql`select 1 from ${users}` ``. */
  nameValue(module: string, name: string, entity: string): void;
  entityOfValue(module: string, name: string): string | undefined;
  /** The procedure behind a called name, with all that it and what it calls does. */
  routineOf(
    name: string,
  ): { readonly id: string; readonly accesses: readonly (readonly [AccessMode, string])[] } | undefined;
  entities(): Entity[];
  routines(): Routine[];
}

export function createCatalogue(parser: SqlParser, unresolved: (place: string, reason: string) => void): Catalogue {
  const tables = new Map<string, CatalogueTable>();
  /** Procedures and views by name; a trigger has a name of its own on its table, often that of its function. */
  const routines = new Map<string, CatalogueRoutine>();
  const triggers = new Map<string, CatalogueRoutine>();
  const values = new Map<string, string>();

  const catalogue: Catalogue = {
    define(statement, source, place) {
      const { tree } = statement;
      switch (statement.kind) {
        case 'CreateStmt':
          defineTable(tree, place);
          return true;
        case 'AlterTableStmt':
          alterTable(tree);
          return true;
        case 'ViewStmt':
          defineView(record(tree['view']), statement, place);
          return true;
        case 'CreateTableAsStmt':
          if (tree['objtype'] === 'OBJECT_MATVIEW') defineView(record(record(tree['into'])['rel']), statement, place);
          else add(relationId(record(record(tree['into'])['rel'])), 'table', place);
          return true;
        case 'CreateFunctionStmt':
          defineRoutine(tree, source, place);
          return true;
        case 'CreateTrigStmt':
          defineTrigger(tree, place);
          return true;
        case 'DropStmt':
          drop(tree);
          return true;
        case 'RenameStmt':
          rename(tree);
          return true;
        default:
          return (
            statement.kind.startsWith('Create') ||
            statement.kind.startsWith('Alter') ||
            definingKinds.has(statement.kind)
          );
      }
    },
    hasEntity: (id) => tables.has(id),
    nameValue: (module, name, entity) => values.set(`${module} ${name}`, entity),
    entityOfValue: (module, name) => values.get(`${module} ${name}`),
    routineOf(name) {
      const id = qualified(name);
      return routines.get(id)?.kind === 'procedure' ? { id, accesses: closure(id, new Set()) } : undefined;
    },
    entities: () =>
      [...tables]
        .sort(([a], [b]) => compareText(a, b))
        .map(([id, table]) => ({
          id,
          kind: table.kind,
          ...(table.references.size === 0 ? {} : { references: [...table.references].sort(compareText) }),
          place: table.place,
        })),
    routines: () => {
      const called = [...routines].filter(([, routine]) => routine.forTriggers !== true);
      const named = new Set(called.map(([id]) => id));
      const hung = [...triggers].map(([key, routine]) => {
        const [name = key] = key.split(' ');
        const id = named.has(name) ? key : name;
        named.add(id);
        return [id, routine] as const;
      });
      return [...called, ...hung]
        .sort(([a], [b]) => compareText(a, b))
        .map(([id, routine]) => ({
          id,
          kind: routine.kind,
          ...(routine.on === undefined ? {} : { on: routine.on }),
          accesses: distinct([...routine.accesses, ...closureOf(routine, new Set())]),
          place: routine.place,
        }));
    },
  };
  return catalogue;

  function add(id: string | undefined, kind: 'table' | 'view', place: string): CatalogueTable | undefined {
    if (id === undefined) return undefined;
    const known = tables.get(id);
    if (known !== undefined) return known;
    const table = { kind, place, references: new Set<string>() };
    tables.set(id, table);
    return table;
  }

  function defineTable(tree: SqlTree, place: string): void {
    const relation = record(tree['relation']);
    if (relation['relpersistence'] === 't') return;
    const table = add(relationId(relation), 'table', place);
    if (table !== undefined) for (const target of foreignKeysIn(tree['tableElts'])) table.references.add(target);
  }

  function alterTable(tree: SqlTree): void {
    const id = relationId(record(tree['relation']));
    const table = id === undefined ? undefined : tables.get(id);
    for (const command of list(tree['cmds'])) {
      const definition = record(record(command)['AlterTableCmd'])['def'];
      if (table !== undefined) for (const target of foreignKeysIn(definition)) table.references.add(target);
    }
  }

  function defineView(relation: SqlTree, statement: SqlStatement, place: string): void {
    const id = relationId(relation);
    if (id === undefined) return;
    add(id, 'view', place);
    const found = statementAccesses(statement);
    routines.set(id, {
      kind: 'view',
      on: id,
      place,
      accesses: distinct(found.tables.map(({ mode, table }) => [mode, table] as const)),
      calls: found.calls,
    });
  }

  function defineRoutine(tree: SqlTree, source: string, place: string): void {
    const id = qualified(nameOf(tree['funcname']));
    const { language, body } = routineBody(tree);
    const { accesses, calls } = bodyAccesses(tree);
    const queries = language === 'sql' ? [body ?? ''] : language === 'plpgsql' ? parser.parseBody(source) : [];
    if (queries === undefined) unresolved(place, `The body of ${id} does not parse as ${language}.`);
    for (const query of queries ?? []) {
      const parsed = parser.parse(query);
      if (parsed.kind === 'failed') continue;
      for (const statement of parsed.statements) {
        const found = statementAccesses(statement);
        accesses.push(...found.tables.map(({ mode, table }) => [mode, table] as const));
        calls.push(...found.calls);
      }
    }
    routines.set(id, {
      kind: 'procedure',
      place,
      forTriggers: nameOf(record(tree['returnType'])['names']).endsWith('trigger'),
      accesses: distinct(accesses),
      calls,
    });
  }

  function defineTrigger(tree: SqlTree, place: string): void {
    const on = relationId(record(tree['relation']));
    const name = text(tree['trigname']);
    if (on === undefined || name === undefined) return;
    const schema = on.slice(0, on.indexOf('.'));
    triggers.set(`${schema}.${name} on ${on}`, {
      kind: 'trigger',
      on,
      place,
      ...(tree['funcname'] === undefined ? {} : { runs: qualified(nameOf(tree['funcname'])) }),
      ...bodyAccesses(tree),
    });
  }

  function drop(tree: SqlTree): void {
    for (const object of list(tree['objects'])) {
      const items = record(record(object)['List'])['items'];
      const id = qualified(nameOf(items));
      tables.delete(id);
      if (tree['removeType'] === 'OBJECT_VIEW' || tree['removeType'] === 'OBJECT_MATVIEW') routines.delete(id);
    }
  }

  function rename(tree: SqlTree): void {
    if (tree['renameType'] !== 'OBJECT_TABLE') return;
    const id = relationId(record(tree['relation']));
    const table = id === undefined ? undefined : tables.get(id);
    const name = text(tree['newname']);
    if (id === undefined || table === undefined || name === undefined) return;
    tables.delete(id);
    tables.set(`${id.slice(0, id.indexOf('.'))}.${name}`, table);
  }

  function closure(id: string, seen: Set<string>): (readonly [AccessMode, string])[] {
    const routine = routines.get(id);
    if (routine === undefined || seen.has(id)) return [];
    seen.add(id);
    return distinct([...routine.accesses, ...closureOf(routine, seen)]);
  }

  function closureOf(routine: CatalogueRoutine, seen: Set<string>): (readonly [AccessMode, string])[] {
    const called = [...routine.calls, ...(routine.runs === undefined ? [] : [routine.runs])];
    return called.flatMap((name) => closure(qualified(name), seen));
  }
}

/** Statements that stand in the definition itself, as MySQL and SQLite have them. */
function bodyAccesses(tree: SqlTree): { accesses: (readonly [AccessMode, string])[]; calls: string[] } {
  const found = list(tree['body']).map((statement) => statementAccesses(statement as SqlStatement));
  return {
    accesses: distinct(found.flatMap(({ tables }) => tables.map(({ mode, table }) => [mode, table] as const))),
    calls: found.flatMap(({ calls }) => calls),
  };
}

const definingKinds = new Set([
  'IndexStmt',
  'CommentStmt',
  'GrantStmt',
  'DropStmt',
  'DoStmt',
  'VariableSetStmt',
  'TransactionStmt',
  'DefineStmt',
  'CompositeTypeStmt',
  'SecLabelStmt',
]);

function relationId(relation: SqlTree): string | undefined {
  const name = text(relation['relname']);
  return name === undefined ? undefined : qualify(text(relation['schemaname']), name);
}

function qualified(name: string): string {
  return name.includes('.') ? name : qualify(undefined, name);
}

function foreignKeysIn(value: unknown): string[] {
  const targets: string[] = [];
  const visit = (inner: unknown): void => {
    if (Array.isArray(inner)) for (const item of inner) visit(item);
    else if (typeof inner === 'object' && inner !== null) {
      const constraint = record((inner as SqlTree)['Constraint']);
      const target = constraint['contype'] === 'CONSTR_FOREIGN' ? relationId(record(constraint['pktable'])) : undefined;
      if (target !== undefined) targets.push(target);
      for (const item of Object.values(inner)) visit(item);
    }
  };
  visit(value);
  return targets;
}

function routineBody(tree: SqlTree): { readonly language: string; readonly body: string | undefined } {
  let language = 'sql';
  let body: string | undefined;
  for (const option of list(tree['options'])) {
    const { defname, arg } = record(record(option)['DefElem']);
    if (defname === 'language') language = (text(record(record(arg)['String'])['sval']) ?? language).toLowerCase();
    if (defname === 'as') body = text(record(record(list(record(record(arg)['List'])['items'])[0])['String'])['sval']);
  }
  return { language, body };
}

function distinct(accesses: readonly (readonly [AccessMode, string])[]): (readonly [AccessMode, string])[] {
  const seen = new Map(accesses.map((access) => [access.join(' '), access]));
  return [...seen.values()].sort(([a, x], [b, y]) => compareText(x, y) || compareText(a, b));
}
