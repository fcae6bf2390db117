import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseManifest, type ManifestFault } from './parse-manifest.ts';
import { renderFaults } from './render-faults.ts';

const env = {
  MONOLITH: 'postgres://bridge:s3cret-of-ours@db.example/shop',
  CATALOG: 'postgres://bridge@db.example/catalog',
};

const whole = `# The shop
version: 1
monolith: { url: http://127.0.0.1:3000, database: "\${MONOLITH}" }
contexts:
  catalog: { units: [src/catalog/**], entities: [public.products, public.categories], service: catalog }
  reviews:
    entities: [public.reviews]
services:
  catalog: { url: http://127.0.0.1:4001, database: "\${CATALOG}" }
routes:
  - name: catalog-read
    context: catalog
    matches: [{ path: { prefix: /products }, methods: [GET, HEAD] }]
    weight: 12.5%
replication:
  - context: catalog
    tables: { public.products: products }
    triggers: { public.products.touch: fire }
    foreignKeys: { order_items.product_id: wait }
sensitive: [public.users.email]
cutover: { maxFence: 1500ms }
`;

const faultsOf = (text: string, variables: Readonly<Record<string, string>> = env): readonly ManifestFault[] => {
  const parsed = parseManifest(text, { file: 'overgrow.yaml', env: variables });
  return parsed.kind === 'faults' ? parsed.faults : [];
};
/** `line:column message`. */
const told = (text: string, variables?: Readonly<Record<string, string>>) =>
  faultsOf(text, variables).map(({ line, column, message }) => `${line}:${column} ${message}`);
/** `line: the text under the caret: message`, for tests where columns would have to be counted. */
const shown = (text: string) =>
  faultsOf(text).map(({ line, column, excerpt, message }) => {
    const under = text.split('\n')[line - 1]?.slice(column - 1, column - 1 + excerpt.length);
    return `${line}: ${under}: ${message}`;
  });
/** The whole manifest with one text replaced. */
const change = (from: string, to: string) => {
  if (!whole.includes(from)) throw new Error(`the manifest has no ${from}`);
  return whole.replace(from, to);
};

describe('a manifest without faults', () => {
  test('becomes values with defaults and units', () => {
    const parsed = parseManifest(whole, { file: 'overgrow.yaml', env });
    if (parsed.kind !== 'ok') throw new Error(renderFaults(parsed.faults));
    expect(parsed.manifest.monolith.database).toBe(env.MONOLITH);
    expect(parsed.manifest.routes[0]).toMatchObject({ weight: 1250, sticky: 'account', timeouts: { connect: 2000 } });
    expect(parsed.manifest.cutover).toMatchObject({ maxFence: 1500, maxLag: 1000 });
    expect(parsed.manifest.state).toEqual({ store: 'sqlite', file: '.overgrow/state.db' });
    expect(String(parsed.document)).toContain('# The shop');
  });

  test('may be as short as this', () => {
    expect(told('version: 1\nmonolith: { url: http://127.0.0.1:3000 }\n')).toEqual([]);
  });

  test('may use anchors and aliases', () => {
    const text = `version: 1\nmonolith: { url: &url http://127.0.0.1:3000 }\nservices: { a: { url: *url } }\n`;
    expect(told(text)).toEqual([]);
  });
});

describe('ten faults', () => {
  const text = `version: 2
monolith:
  url: ftp://127.0.0.1
contexts:
  catalog: { entities: [public.products], servise: catalog }
  reviews: { entities: [public.products], service: review }
services:
  reviews: { url: http://127.0.0.1:4001, database: "\${REVIEWS}" }
routes:
  - name: read
    context: catalgo
    matches: [{ path: { prefix: products } }]
    weight: 10
replication:
  - context: reviews
    tables: { public.productz: items }
    triggers: { public.products.touch: fires }
`;

  test('are told all at once, each at its place', () => {
    expect(told(text)).toEqual([
      '1:10 expected 1, not "2"',
      '2:1 monolith.database is missing, and replication needs it',
      '3:8 expected an http:// or https:// URL',
      '5:43 unknown key "servise"',
      '6:25 the entity "public.products" belongs to the context "catalog" already',
      '6:52 unknown service "review"',
      '8:52 the environment has no variable REVIEWS',
      '11:14 unknown context "catalgo"',
      '12:33 expected a path that starts with /',
      '13:13 expected a text, not a number',
      '16:15 the table "public.productz" is no entity of the context "reviews"',
      '17:17 the trigger "public.products.touch" is on a table that is not replicated here',
      '17:40 expected fire, suppress or replaced, not "fires"',
    ]);
  });

  test('carry hints', () => {
    const hints = Object.fromEntries(faultsOf(text).map(({ path, hint }) => [path, hint]));
    expect(hints).toMatchObject({
      'contexts.catalog.servise': 'Did you mean "service"?',
      'contexts.reviews.service': 'Did you mean "reviews"?',
      'services.reviews.database': 'Set REVIEWS, or write ${REVIEWS:-default}.',
      'routes[0].context': 'Did you mean "catalog"?',
      'replication[0].tables["public.productz"]': 'Did you mean "public.products"?',
      'replication[0].triggers["public.products.touch"]': 'Did you mean "fire"?',
    });
  });

  test('are rendered with the line and a caret', () => {
    expect(renderFaults(faultsOf(text).filter((fault) => fault.line === 11))).toBe(
      [
        'overgrow.yaml:11:14: unknown context "catalgo"',
        '  11 |     context: catalgo',
        '     |              ^^^^^^^',
        '  Did you mean "catalog"?',
      ].join('\n'),
    );
  });
});

describe('each cross check', () => {
  test.each<[string, string, string, string]>([
    [
      'context names a known service',
      'service: catalog }',
      'service: catalogue }',
      '5: catalogue: unknown service "catalogue"',
    ],
    [
      'entity is in one context',
      '[public.reviews]',
      '[public.products]',
      '7: public.products: the entity "public.products" belongs to the context "catalog" already',
    ],
    [
      'entity is there once',
      'public.categories]',
      'public.products]',
      '5: public.products: the entity "public.products" stands twice here',
    ],
    [
      'route names a known context',
      'context: catalog\n    matches',
      'context: orders\n    matches',
      '12: orders: unknown context "orders"',
    ],
    [
      'replication names a known context',
      '- context: catalog\n    tables',
      '- context: orders\n    tables',
      '16: orders: unknown context "orders"',
    ],
    [
      'replicated table is an entity',
      '{ public.products: products }',
      '{ public.products: products, public.orders: orders }',
      '17: public.orders: the table "public.orders" is no entity of the context "catalog"',
    ],
    [
      'monolith has a database',
      ', database: "${MONOLITH}"',
      '',
      '3: monolith: monolith.database is missing, and replication needs it',
    ],
    [
      'service has a database',
      ', database: "${CATALOG}"',
      '',
      '9: catalog: services.catalog.database is missing, and the replication of "catalog" needs it',
    ],
    [
      'replicated context has a service',
      '- context: catalog\n    tables: { public.products',
      '- context: reviews\n    tables: { public.reviews',
      '16: reviews: the context "reviews" is replicated, but has no service to replicate to',
    ],
    [
      'trigger is on a replicated table',
      'public.products.touch',
      'public.orders.touch',
      '18: public.orders.touch: the trigger "public.orders.touch" is on a table that is not replicated here',
    ],
    [
      'trigger has three parts',
      'public.products.touch',
      'touch',
      '18: touch: expected schema.table.trigger, not "touch"',
    ],
    [
      'foreign key has its parts',
      'order_items.product_id',
      'product_id',
      '19: product_id: expected table.column or schema.table.column, not "product_id"',
    ],
    [
      'sensitive names a column',
      'public.users.email',
      'users.email',
      '20: users.email: expected schema.table.column, not "users.email"',
    ],
    [
      'weighted route has a service',
      'context: catalog\n    matches',
      'context: reviews\n    matches',
      '14: 12.5%: the route has a weight, but its context "reviews" has no service to answer',
    ],
  ])('%s', (_, from, to, expected) => {
    expect(shown(change(from, to))).toContain(expected);
  });

  test('route names are unique; a context is replicated once', () => {
    const routes = change(
      'replication:',
      '  - { name: catalog-read, context: reviews, matches: [{ path: { exact: / } }] }\nreplication:',
    );
    expect(shown(routes)).toEqual(['15: catalog-read: another route is named "catalog-read" already']);
    const twice = change(
      'sensitive:',
      '  - { context: catalog, tables: { public.categories: categories } }\nsensitive:',
    );
    expect(shown(twice)).toEqual(['20: catalog: the context "catalog" has a replication already']);
  });
});

describe('what is wrong in shape', () => {
  test.each<[string, string, readonly string[]]>([
    ['a missing key', 'version: 1\n', ['1:1 "monolith" is missing']],
    ['a missing key inside', 'version: 1\nmonolith: { source: . }\n', ['2:1 "url" is missing']],
    ['an empty file', '', ['1:1 the manifest is empty']],
    ['only a comment', '# nothing\n', ['1:1 the manifest is empty']],
    ['a list', '- 1\n', ['1:1 expected a block of keys, not a list']],
    ['a text', 'hello\n', ['1:1 expected a block of keys, not a text']],
    ['an empty block', 'version: 1\nmonolith:\n', ['2:1 "monolith" is empty']],
  ])('%s', (_, text, expected) => {
    expect(told(text)).toEqual(expected);
  });

  test.each<[string, string, string, string]>([
    [
      'a duration without unit',
      'maxFence: 1500ms',
      'maxFence: "1500"',
      '21: "1500": expected a value such as 250ms, 2s, 10m, 1h or 35d',
    ],
    [
      'a context in capitals',
      '  reviews:\n',
      '  Reviews:\n',
      '6: Reviews: the key "Reviews" is malformed: expected lower-case letters, digits and hyphens, such as order-history',
    ],
    [
      'no matches',
      '[{ path: { prefix: /products }, methods: [GET, HEAD] }]',
      '[]',
      '13: []: expected at least one entry',
    ],
    ['a method in lower case', '[GET, HEAD]', '[GET, head]', '13: head: expected an upper-case method, such as GET'],
    ['a match of no kind', '{ prefix: /products }', '{ prefx: /products }', '13: prefx: unknown key "prefx"'],
    [
      'a path that no request has',
      '{ prefix: /products }',
      '{ prefix: /a/../b }',
      '13: /a/../b: no request has a dot segment here: the proxy refuses it',
    ],
    [
      'a path with a letter encoded',
      '{ prefix: /products }',
      '{ prefix: /%70roducts }',
      '13: /%70roducts: write p instead of %70: paths are decoded where it changes nothing',
    ],
    [
      'an expression that needs backtracking',
      '{ prefix: /products }',
      "{ regex: '/(?!admin).*' }",
      "13: '/(?!admin).*': not a regular expression of RE2: invalid or unsupported Perl syntax: `(?!`",
    ],
    [
      'a gRPC call with a path',
      'methods: [GET, HEAD] }',
      'grpc: { service: shop.Catalog } }',
      '13: { prefix: /products }: a match with grpc has no path: every call is a POST to /service/method',
    ],
    ['a match without kind', '{ prefix: /products }', '{}', '13: {}: expected exact, prefix or regex here'],
    ['a sticky of no kind', 'weight: 12.5%', 'sticky: cookie', '14: cookie: expected account or address, not "cookie"'],
    [
      'a state of no kind',
      'sensitive:',
      'state: { store: redis }\nsensitive:',
      '20: redis: expected sqlite or postgresql, not "redis"',
    ],
  ])('%s', (_, from, to, expected) => {
    expect(shown(change(from, to))).toContain(expected);
  });
});

describe('YAML that is broken', () => {
  test.each<[string, string, RegExp]>([
    ['an open bracket', 'version: 1\nroutes: [\n', /^\d+:\d+ this is not valid YAML: /],
    ['a key that stands twice', 'version: 1\nversion: 1\n', /^2:1 this is not valid YAML: .*unique/],
    ['a tab as indentation', 'monolith:\n\turl: x\n', /^2:1 this is not valid YAML: /],
    ['an unknown alias', 'version: 1\nmonolith: { url: *none }\n', /^2:18 no anchor &none stands before this alias$/],
    ['two documents', 'version: 1\n---\nversion: 1\n', /this is not valid YAML: /],
  ])('%s has a place', (_, text, expected) => {
    expect(told(text)[0]).toMatch(expected);
  });

  test('an alias inside its own anchor, and aliases that multiply, end', () => {
    expect(told('version: 1\nmonolith: &a { url: *a }\n')).toContainEqual(
      expect.stringContaining('this alias repeats too much'),
    );
    const doubled = Array.from({ length: 30 }, (__, at) => `a${at + 1}: &a${at + 1} [*a${at}, *a${at}]`);
    expect(told(['a0: &a0 [x]', ...doubled].join('\n'))).toContainEqual(
      expect.stringContaining('this alias repeats too much'),
    );
  });

  test('never throws, whatever the text', () => {
    const pieces = fc.constantFrom(
      'version',
      ': ',
      '\n',
      '  ',
      '- ',
      '{',
      '}',
      '[',
      ']',
      '"',
      "'",
      '&a ',
      '*a',
      '!!x ',
      '${A}',
      '1',
      '|',
      '>',
      '#',
      '? ',
      '---\n',
    );
    const text = fc.oneof(
      fc.string(),
      fc.array(pieces, { maxLength: 40 }).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(text, (any) => {
        for (const { line, column } of faultsOf(any)) expect(line > 0 && column > 0).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});

describe('the environment', () => {
  test('is put in, with defaults where it is unset or empty', () => {
    const text = 'version: 1\nmonolith: { url: "http://${HOST:-127.0.0.1}:${PORT:-3000}", source: "$${HOME}" }\n';
    const parsed = parseManifest(text, { file: 'm', env: { HOST: '', PORT: '8000' } });
    expect(parsed.kind === 'ok' && parsed.manifest.monolith).toMatchObject({
      url: 'http://127.0.0.1:8000',
      source: '${HOME}',
    });
  });

  test('lacking a variable is the only fault at that place', () => {
    expect(told(whole, { CATALOG: env.CATALOG })).toEqual(['3:51 the environment has no variable MONOLITH']);
  });

  test('is never shown in a fault', () => {
    const places: [string, string][] = [
      ['service: catalog }', 'service: "${SECRET}" }'],
      ['context: catalog\n', 'context: "${SECRET}"\n'],
      ['"${MONOLITH}"', '"${SECRET}"'],
      ['weight: 12.5%', 'weight: "${SECRET}"'],
      ['weight: 12.5%', 'sticky: "${SECRET}"'],
      ['fire }', '"${SECRET}" }'],
      ['public.users.email', '${SECRET}'],
      ['[public.reviews]', '["public.${SECRET}", "public.${SECRET}", "${SECRET}"]'],
    ];
    fc.assert(
      fc.property(fc.constantFrom(...places), fc.stringMatching(/^[QXZ]{4,12}$/), ([from, to], secret) => {
        const faults = faultsOf(change(from, to), { ...env, SECRET: secret });
        expect(faults.length).toBeGreaterThan(0);
        expect(JSON.stringify(faults)).not.toContain(secret);
      }),
    );
  });

  test('passwords that stand in the file itself are masked in the excerpt', () => {
    const text = change('"${MONOLITH}"', 'mysql://bridge:hunter2@db.example/shop');
    const rendered = renderFaults(faultsOf(text));
    expect(rendered).toContain('expected a postgres:// URL');
    expect(rendered).toContain('mysql://bridge:***@db.example/shop');
    expect(rendered).not.toContain('hunter2');
  });
});
