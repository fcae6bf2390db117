import { beforeAll, describe, expect, test } from 'vitest';
import { createCatalogue } from './catalogue.ts';
import { plainParameters } from './parameters.ts';
import { splitStatements } from './split-statements.ts';
import { createSqlParser, type SqlDialect, type SqlParser } from './sql-parser.ts';
import { statementAccesses } from './statement-accesses.ts';

const parsers = new Map<SqlDialect, SqlParser>();
beforeAll(async () => {
  for (const first of ['postgres', 'mysql', 'sqlite'] as const) {
    const others = (['postgres', 'mysql', 'sqlite'] as const).filter((dialect) => dialect !== first);
    parsers.set(first, await createSqlParser([first, ...others]));
  }
});

function accessesIn(text: string, first: SqlDialect = 'mysql'): string[] {
  const parsed = parsers.get(first)?.parse(text);
  if (parsed?.kind !== 'parsed') return [`failed: ${parsed?.message ?? ''}`];
  return parsed.statements
    .flatMap((statement) => statementAccesses(statement).tables)
    .map(({ mode, table }) => `${mode} ${table}`)
    .sort();
}

describe('statements of other dialects', () => {
  test.each([
    ['INSERT IGNORE INTO `shop`.`carts` (a) VALUES (?)', ['write shop.carts']],
    [
      'INSERT INTO a (x) SELECT y FROM b ON DUPLICATE KEY UPDATE x = (SELECT 1 FROM c)',
      ['read public.b', 'read public.c', 'write public.a'],
    ],
    ['INSERT INTO a (x, y) VALUES ?', ['write public.a']],
    ['REPLACE INTO a VALUES (1)', ['write public.a']],
    ['SELECT * FROM Beds b LEFT JOIN `plants` p ON p.x = b.x LIMIT 5, 10', ['read public.Beds', 'read public.plants']],
    ['SELECT * FROM a WHERE x IN ? AND MATCH(y) AGAINST (? IN BOOLEAN MODE)', ['read public.a']],
    ['UPDATE a JOIN b ON a.x = b.x SET a.y = 1', ['read public.b', 'write public.a']],
    ['UPDATE a x JOIN b y ON x.k = y.k SET x.v = 1, y.v = 2', ['write public.a', 'write public.b']],
    ['UPDATE a JOIN (SELECT z FROM c) d ON d.z = a.z SET a.y = 1', ['read public.c', 'write public.a']],
    ['DELETE b FROM a JOIN b ON a.x = b.x', ['read public.a', 'write public.b']],
    ['DELETE FROM a WHERE x IN (SELECT y FROM b) LIMIT 3', ['read public.b', 'write public.a']],
    ['WITH c AS (SELECT * FROM a) SELECT * FROM c JOIN b USING (x)', ['read public.a', 'read public.b']],
    ['TRUNCATE TABLE a', ['write public.a']],
    ['CREATE TABLE a AS SELECT * FROM b WHERE c != "[]"', ['read public.b']],
    ['SELECT * FROM INFORMATION_SCHEMA.STATISTICS', []],
  ])('MySQL: %s', (text, expected) => {
    expect(accessesIn(text)).toEqual(expected);
  });

  test.each([
    ['INSERT OR REPLACE INTO a SELECT * FROM b', ['read public.b', 'write public.a']],
    ['SELECT * FROM noteRows WHERE id = :id AND date > @since AND x IN (???)', ['read public.noteRows']],
    ['UPDATE OR IGNORE a SET x = ?1', ['write public.a']],
  ])('SQLite: %s', (text, expected) => {
    expect(accessesIn(text, 'sqlite')).toEqual(expected);
  });

  test('PostgreSQL with the parameters of a builder', () => {
    expect(accessesIn('SELECT EXISTS (SELECT 1 FROM users WHERE id = ? AND name = :name::text)', 'postgres')).toEqual([
      'read public.users',
    ]);
    expect(accessesIn("SELECT data ? 'key' FROM a WHERE x @> '?'", 'postgres')).toEqual(['read public.a']);
  });

  test('what no server takes fails', () => {
    expect(accessesIn('SELECT FROM WHERE')).toEqual([expect.stringMatching(/^failed/)]);
    expect(accessesIn('Update your garden')).toEqual([expect.stringMatching(/^failed/)]);
  });
});

test('parameters become values, names unknown names, strings stay', () => {
  expect(plainParameters("a = ? AND b = ':no' AND c = :yes AND d::text = @p -- ?")).toBe(
    "a = NULL AND b = ':no' AND c = NULL AND d::text = NULL -- ?",
  );
  expect(plainParameters('SELECT * FROM ?? WHERE :column: = $1')).toBe(
    'SELECT * FROM overgrow_unknown WHERE overgrow_unknown = $1',
  );
});

test('definitions of MySQL: keys, renames, triggers and procedures with their bodies', () => {
  const parser = parsers.get('mysql');
  const catalogue = createCatalogue(parser ?? expect.fail('no parser'), () => undefined);
  const script = `
    CREATE TABLE \`orders\` (id INT UNSIGNED AUTO_INCREMENT, customer INT, KEY k (customer),
      CONSTRAINT c FOREIGN KEY (customer) REFERENCES customers (id)) ENGINE=InnoDB DEFAULT CHARSET=utf8;
    ALTER TABLE lines ADD CONSTRAINT o FOREIGN KEY (order_id) REFERENCES orders (id);
    CREATE TABLE lines (id INT, order_id INT);
    ALTER TABLE lines ADD CONSTRAINT o FOREIGN KEY (order_id) REFERENCES orders (id);
    CREATE TABLE old (id INT);
    RENAME TABLE old TO kept;
    DELIMITER $$
    CREATE TRIGGER count_up AFTER INSERT ON \`lines\` FOR EACH ROW
    BEGIN
      IF NEW.id > 1 THEN
        UPDATE totals SET n = n + 1;
      END IF;
    END$$
    CREATE DEFINER=\`me\`@\`%\` PROCEDURE close_day()
    BEGIN
      DELETE FROM lines WHERE id = 1;
      INSERT INTO kept SELECT id FROM orders;
    END$$
    DELIMITER ;
    CREATE VIEW recent AS SELECT * FROM orders;`;
  const faults: string[] = [];
  for (const { text, at } of splitStatements(script)) {
    const parsed = parser?.parse(text);
    if (parsed?.kind !== 'parsed') faults.push(text);
    else for (const statement of parsed.statements) catalogue.define(statement, text, String(at));
  }
  expect(faults).toEqual([]);
  expect(catalogue.entities().map(({ id, kind, references }) => [id, kind, references])).toEqual([
    ['public.kept', 'table', undefined],
    ['public.lines', 'table', ['public.orders']],
    ['public.orders', 'table', ['public.customers']],
    ['public.recent', 'view', undefined],
  ]);
  expect(catalogue.routines().map(({ id, kind, on, accesses }) => ({ id, kind, on, accesses }))).toEqual([
    {
      id: 'public.close_day',
      kind: 'procedure',
      on: undefined,
      accesses: [
        ['write', 'public.kept'],
        ['write', 'public.lines'],
        ['read', 'public.orders'],
      ],
    },
    { id: 'public.count_up', kind: 'trigger', on: 'public.lines', accesses: [['write', 'public.totals']] },
    { id: 'public.recent', kind: 'view', on: 'public.recent', accesses: [['read', 'public.orders']] },
  ]);
});

test('a trigger of PostgreSQL is read by its own parser', () => {
  const text = 'CREATE TRIGGER t AFTER INSERT OR DELETE OR UPDATE OF a ON b FOR EACH ROW EXECUTE FUNCTION f()';
  const parsed = parsers.get('postgres')?.parse(text);
  expect(parsed?.kind === 'parsed' ? parsed.statements.map(({ kind }) => kind) : parsed).toEqual(['CreateTrigStmt']);
  expect(parsed?.kind === 'parsed' ? parsed.statements[0]?.tree['funcname'] : undefined).toBeDefined();
});

test('a trigger of SQLite is one statement', () => {
  const parts = splitStatements(
    'CREATE TRIGGER t AFTER INSERT ON a BEGIN UPDATE b SET x = 1; DELETE FROM c; END; SELECT 1;',
  );
  expect(parts.map(({ text }) => text.slice(0, 14))).toEqual(['CREATE TRIGGER', 'SELECT 1']);
});
