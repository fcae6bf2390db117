/** Numbers from a seed, so that a run can be repeated. */
export type Random = (below: number) => number;

export function createRandom(seed: number): Random {
  let state = seed % 2_147_483_647 || 1;
  return (below) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
}

/** Types with a way to write any of their values in SQL. */
const types: readonly (readonly [type: string, value: (random: Random) => string])[] = [
  ['int', (random) => String(random(2_000_000) - 1_000_000)],
  ['bigint', (random) => `${random(2) === 0 ? '' : '-'}${random(2_000_000_000)}${random(2_000_000_000)}`.slice(0, 18)],
  ['numeric', (random) => `${random(100_000) - 50_000}.${random(1_000_000)}`],
  ['numeric(12,3)', (random) => `${random(100_000) - 50_000}.${random(1000)}`],
  ['double precision', (random) => `${random(1_000_000) / 7}`],
  ['real', (random) => `${random(1000) / 8}`],
  ['text', (random) => quote(words(random, 12))],
  ['varchar(40)', (random) => quote(words(random, 3))],
  ['char(7)', (random) => quote(words(random, 1).slice(0, 7))],
  ['boolean', (random) => (random(2) === 0 ? 'true' : 'false')],
  ['bytea', (random) => quote(`\\x${random(2_000_000_000).toString(16).padStart(8, '0')}`)],
  ['timestamp', (random) => quote(moment(random))],
  ['timestamp(3)', (random) => quote(moment(random))],
  ['timestamptz', (random) => quote(`${moment(random)}+0${random(10)}`)],
  ['date', (random) => quote(moment(random).slice(0, 10))],
  ['time', (random) => quote(moment(random).slice(11))],
  ['interval', (random) => quote(`${random(100)} days ${random(24)}:${random(60)}:${random(60)}.${random(1000)}`)],
  [
    'uuid',
    (random) => quote(`${'0'.repeat(8)}-0000-0000-0000-${random(2_000_000_000).toString(16).padStart(12, '0')}`),
  ],
  ['jsonb', (random) => quote(JSON.stringify({ a: random(100), b: words(random, 2) }))],
  ['int[]', (random) => quote(`{${random(9)},NULL,${random(9)}}`)],
  ['text[]', (random) => quote(`{"${words(random, 2)}",NULL}`)],
  ['inet', (random) => quote(`10.${random(256)}.${random(256)}.1/16`)],
];

const quote = (text: string) => `'${text.replaceAll("'", "''")}'`;
const words = (random: Random, most: number) =>
  Array.from({ length: 1 + random(most) }, () => ['ä', 'tab\t', 'plain', "it's", '€uro', 'x'][random(6)]).join(' ');
const two = (value: number) => String(value).padStart(2, '0');
const moment = (random: Random) =>
  `${1600 + random(800)}-${two(1 + random(12))}-${two(1 + random(28))} ${two(random(24))}:${two(random(60))}:${two(random(60))}.${random(1_000_000)}`;

interface RandomTable {
  readonly name: string;
  readonly columns: readonly {
    readonly type: string;
    readonly value: (random: Random) => string;
    readonly optional: boolean;
  }[];
  readonly keyed: boolean;
  readonly ids: number[];
}

export interface RandomChanges {
  readonly tables: readonly string[];
  /** Transactions, each one text. */
  readonly transactions: readonly string[];
}

/** Tables of random columns and identities, and so many changes of their rows in transactions of random sizes. */
export function randomChanges(random: Random, changes: number): RandomChanges {
  const tables = Array.from({ length: 8 }, (_, index): RandomTable => ({
    name: `random_${index}`,
    columns: Array.from({ length: 1 + random(10) }, () => {
      const [type, value] = types[random(types.length)] ?? ['int', () => '0'];
      return { type, value, optional: random(3) > 0 };
    }),
    keyed: index !== 3,
    ids: [],
  }));
  const transactions: string[] = [];
  let next = 1;
  for (let made = 0; made < changes;) {
    const size = random(6) === 0 ? 1 + random(60) : 1 + random(4);
    const statements: string[] = [];
    for (let count = 0; count < size && made < changes; count += 1, made += 1) {
      const table = tables[random(tables.length)];
      if (table !== undefined) statements.push(randomChange(table, random, () => next++));
    }
    transactions.push(`begin; ${statements.join('; ')}; commit`);
  }
  return { tables: tables.map((table, index) => createTable(table, index)), transactions };
}

function createTable({ name, columns, keyed }: RandomTable, index: number): string {
  const list = columns.map(({ type, optional }, at) => `c${at} ${type}${optional ? '' : ' not null'}`);
  const key = keyed ? 'id bigint primary key' : 'id bigint';
  const identity = index % 3 === 0 ? `; alter table ${name} replica identity full` : '';
  return `create table ${name} (${[key, ...list].join(', ')})${identity}`;
}

function randomChange(table: RandomTable, random: Random, nextId: () => number): string {
  const { name, columns, ids } = table;
  const valueOf = (column: RandomTable['columns'][number]) =>
    column.optional && random(4) === 0 ? 'null' : column.value(random);
  const at = random(Math.max(1, ids.length));
  const id = ids[at];
  const kind = id === undefined ? 0 : random(10);
  if (id === undefined || kind < 5) {
    const made = nextId();
    ids.push(made);
    return `insert into ${name} values (${[made, ...columns.map(valueOf)].join(', ')})`;
  }
  if (kind < 8) {
    const column = random(columns.length);
    return `update ${name} set c${column} = ${columns[column] === undefined ? 'null' : valueOf(columns[column])} where id = ${id}`;
  }
  if (kind === 8) {
    const made = nextId();
    ids[at] = made;
    return `update ${name} set id = ${made} where id = ${id}`;
  }
  ids.splice(at, 1);
  return `delete from ${name} where id = ${id}`;
}
