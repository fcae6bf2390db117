import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { analyze } from '@overgrow/analyzer';
import { parseManifest } from '@overgrow/core';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { draftManifest } from './draft-manifest.ts';

let root: string;

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'overgrow-draft-'));
  await mkdir(path.join(root, 'src'));
  for (const [name, routes] of [
    ['books', "app.get('/books/:id', (q, s) => db.query('select * from books'));"],
    ['reviews', "app.post('/reviews', (q, s) => db.query('insert into reviews (body) values ($1)'));"],
    ['orders', "app.post('/orders', (q, s) => db.query('insert into orders (total) values ($1)'));"],
  ] as const)
    await writeFile(
      path.join(root, 'src', `${name}.js`),
      `import pg from 'pg';\nimport express from 'express';\nconst db = new pg.Pool();\nexport const app = express();\n${routes}\n`,
    );
});
afterEach(() => rm(root, { recursive: true }));

const env = {
  MONOLITH_DATABASE_URL: 'postgres://u:p@127.0.0.1/monolith',
  SERVICE_DATABASE_URL: 'postgres://u:p@127.0.0.1/service',
};

it('drafts a manifest that is accepted as it stands', async () => {
  const report = await analyze({ root });
  const draft = draftManifest(report, { monolithUrl: 'http://127.0.0.1:3000', source: '.' });
  expect(draft).toMatch(/^# yaml-language-server: \$schema=/);
  const parsed = parseManifest(draft, { file: 'overgrow.yaml', env });
  expect(parsed).toMatchObject({ kind: 'ok' });
  if (parsed.kind !== 'ok') return;
  const { manifest } = parsed;
  const entities = Object.values(manifest.contexts).flatMap((context) => context.entities);
  expect(entities.toSorted()).toEqual(['public.books', 'public.orders', 'public.reviews']);
});

it('gives the context to extract first its service, route and replication', async () => {
  const report = await analyze({ root });
  const [first, ...others] = report.contexts.filter((context) => context.entities.length > 0);
  if (first === undefined) throw new Error('the analysis found no context');
  const draft = draftManifest(
    {
      ...report,
      contexts: [
        {
          ...first,
          name: '9 Lives & Co',
          verdict: 'extract-first',
          entities: ['public.books', 'a collection'],
          endpoints: ['GET /books/:id', 'GET /books', 'POST /books/:id/loans', 'cron nightly', 'GET /'],
        },
        ...others.map((context) => ({ ...context, verdict: 'leave' as const })),
      ],
    },
    { monolithUrl: 'http://127.0.0.1:3000', source: '.' },
  );
  const parsed = parseManifest(draft, { file: 'overgrow.yaml', env });
  if (parsed.kind !== 'ok') throw new Error(JSON.stringify(parsed.faults));
  const name = 'context-9-lives-co';
  expect(parsed.manifest.contexts[name]).toMatchObject({ service: name, entities: ['public.books'] });
  expect(parsed.manifest.services[name]?.url).toBe('http://127.0.0.1:4001');
  expect(parsed.manifest.routes.map(({ matches }) => matches.map(({ path: match }) => match))).toEqual([
    [{ prefix: '/books' }],
  ]);
  expect(parsed.manifest.replication.map(({ context }) => context)).toEqual([name]);
});
