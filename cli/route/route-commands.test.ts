import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createProgram } from '../program.ts';

const manifest = `version: 1
monolith: { url: http://127.0.0.1:3000 }
contexts: { catalog: { service: catalog } }
services: { catalog: { url: http://127.0.0.1:4001 } }
routes:
  - { name: products, context: catalog, matches: [{ path: { prefix: /products } }], weight: 100% }
`;

describe('overgrow route', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'overgrow-route-'));
    await writeFile(path.join(folder, 'overgrow.yaml'), manifest);
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function run(...argv: readonly string[]): Promise<{ code: number; text: string }> {
    const printed: string[] = [];
    const nothing = () => {};
    const code = await createProgram({
      print: (text) => void printed.push(text),
      note: nothing,
      progress: nothing,
      complain: nothing,
      colour: false,
      width: 100,
      env: {},
      cwd: folder,
      user: '',
      signal: new AbortController().signal,
    })(argv);
    return { code, text: printed.join('\n') };
  }
  const json = async (...argv: readonly string[]) => JSON.parse((await run(...argv, '--json')).text) as unknown;

  test('explain says where one request goes, under what is assumed', async () => {
    expect(await json('route', 'explain', 'get', '/products/1')).toMatchObject({
      backend: 'catalog',
      route: 'products',
    });
    expect(await json('route', 'explain', 'POST', '/products', '--owner', 'catalog=service')).toMatchObject({
      backend: 'catalog',
      reason: 'service-owns',
    });
    const { text } = await run('route', 'explain', 'POST', '/products', '-H', 'Host: shop.test');
    expect(text).toContain('backend    monolith');
    expect(text).toContain('unsafe: a fence holds it');
    await expect(
      run('route', 'explain', 'GET', '/', '--owner', 'cart=service', '--weight', 'catalog=9'),
    ).rejects.toThrow(/no context cart.*expected CONTEXT=25%/);
  });

  test('lint ends with 1 when a match is unreachable', async () => {
    expect(await run('route', 'lint')).toEqual({ code: 0, text: 'Every match can be reached, and none overlaps.' });
    const twice = '  - { name: again, context: catalog, matches: [{ path: { prefix: /products } }] }\n';
    await writeFile(path.join(folder, 'overgrow.yaml'), manifest + twice);
    const { code, text } = await run('route', 'lint');
    expect(code).toBe(1);
    expect(text).toContain('error  unreachable  again: prefix /products');
  });

  test('lint looks at the endpoints of the facts', async () => {
    const facts = {
      version: 1,
      units: [{ id: 'a.ts', kind: 'module' }],
      endpoints: [
        { id: 'GET /products/:id', kind: 'http', units: ['a.ts'] },
        { id: 'POST /users', kind: 'http', units: ['a.ts'] },
      ],
    };
    await writeFile(path.join(folder, 'facts.json'), JSON.stringify(facts));
    expect(await json('route', 'lint', '--facts', path.join(folder, 'facts.json'))).toMatchObject({
      findings: [],
      endpoints: [{ route: 'products' }, { route: null }],
    });
  });

  test('simulate reads a packed log', async () => {
    const line = (request: string) => `10.0.0.1 - - [25/Nov/2026:10:00:00 +0000] "${request} HTTP/1.1" 200 1\n`;
    const log = path.join(folder, 'access.log.gz');
    await writeFile(log, gzipSync(line('GET /products/1').repeat(3) + line('GET /users') + line('POST /products')));
    expect(await json('route', 'simulate', log)).toMatchObject({ lines: 5, moved: 3 });
    expect(await json('route', 'simulate', log, '--owner', 'catalog=service')).toMatchObject({ moved: 4 });
    expect(await json('route', 'simulate', log, '--before', 'overgrow.yaml')).toMatchObject({ moved: 0 });
    expect((await run('route', 'simulate', log)).text).toContain('5 requests, 60.0% would move.');
    await expect(run('route', 'simulate', path.join(folder, 'absent.log'))).rejects.toThrow(/cannot be read/);
  });
});
