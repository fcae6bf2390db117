import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseCodeOwners } from './code-owners.ts';
import { readHistory } from './git-log-process.ts';

describe('history of a repository', () => {
  let root: string;
  let day: number;
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', root, '-c', 'user.name=Baker', '-c', 'user.email=baker@example.invalid', ...args], {
      stdio: 'pipe',
      env: { ...process.env, GIT_AUTHOR_DATE: at(), GIT_COMMITTER_DATE: at() },
    });
  const at = () => `2026-01-${String(day).padStart(2, '0')}T10:00:00+02:00`;
  const commit = async (files: Readonly<Record<string, string>>) => {
    day++;
    for (const [file, text] of Object.entries(files)) {
      await mkdir(path.dirname(path.join(root, file)), { recursive: true });
      await writeFile(path.join(root, file), text);
    }
    git('add', '-A');
    git('commit', '-qm', 'work');
  };
  beforeEach(async () => {
    day = 0;
    root = await mkdtemp(path.join(tmpdir(), 'overgrow-history-'));
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  test('renames are followed, mass edits and what is gone left out, times are UTC', async () => {
    git('init', '-q');
    const lines = Array.from({ length: 20 }, (_, line) => `export const l${line} = ${line};`).join('\n');
    await commit({ 'app/old.ts': lines, 'app/b.ts': 'b', 'app/gone.ts': 'x' });
    await rename(path.join(root, 'app/old.ts'), path.join(root, 'app/new.ts'));
    await commit({ 'app/b.ts': 'bb' });
    await commit(Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`app/many${index}.ts`, 'x'])));
    await commit({ 'app/new.ts': `${lines}\n// more`, 'README.md': 'not below the folder' });
    const known = new Set(['new.ts', 'b.ts', 'many1.ts']);
    expect(await readHistory(path.join(root, 'app'), known)).toEqual({
      changes: [
        { units: ['new.ts'], authors: ['Baker'], at: '2026-01-04T08:00:00.000Z' },
        { units: ['b.ts', 'new.ts'], authors: ['Baker'], at: '2026-01-02T08:00:00.000Z' },
        { units: ['b.ts', 'new.ts'], authors: ['Baker'], at: '2026-01-01T08:00:00.000Z' },
      ],
      remark: undefined,
    });
  });

  test('a folder without git is an outcome', async () => {
    const { changes, remark } = await readHistory(root, new Set());
    expect(changes).toEqual([]);
    expect(remark).toContain('no git history');
  });

  test('a shallow clone says how little it has', async () => {
    git('init', '-q');
    await commit({ 'a.ts': '1' });
    await commit({ 'a.ts': '2' });
    const clone = path.join(root, 'clone');
    git('clone', '-q', '--depth', '1', `file://${root}`, clone);
    expect((await readHistory(clone, new Set(['a.ts']))).remark).toContain('shallow');
  });

  test('CODEOWNERS: the last pattern that matches counts', () => {
    const owners = parseCodeOwners('* @all # everyone\n/src/orders/ @orders @billing\n*.sql @data\ndocs\n');
    expect(owners('src/a.ts')).toEqual(['@all']);
    expect(owners('src/orders/place.ts')).toEqual(['@orders', '@billing']);
    expect(owners('src/orders/001.sql')).toEqual(['@data']);
    expect(owners('docs/a.ts')).toEqual([]);
  });
});
