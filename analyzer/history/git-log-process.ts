import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { collectChanges, type ChangeCollector } from './collect-changes.ts';
import type { Change } from '../facts/facts.ts';

export interface History {
  readonly changes: readonly Change[];
  /** Why there is no history, or less than there was. */
  readonly remark: string | undefined;
}

/** Older commits say little about how the code hangs together today, and a large repository has a hundred thousand. */
const mostCommits = 8_000;

/** Reads the history of the modules below `root` line by line, newest first. No git, no repository and a shallow clone are outcomes. */
export async function readHistory(root: string, modules: { has(id: string): boolean }): Promise<History> {
  const shallow = await lastLine(['-C', root, 'rev-parse', '--is-shallow-repository']);
  if (shallow === undefined) return { changes: [], remark: 'no git history: what changes together is not known' };
  const collector = collectChanges(modules);
  const format = '--format=%x01%aN%x01%cI';
  const whole = await eachLine(
    [
      '-C',
      root,
      '-c',
      'core.quotePath=false',
      'log',
      `--max-count=${mostCommits}`,
      '--no-merges',
      '--find-renames',
      '--name-status',
      '--relative',
      format,
      '--',
      '.',
    ],
    collector,
  );
  const { changes, commits } = collector.finish();
  const remarks = [
    ...(whole ? [] : ['git ended early']),
    ...(shallow === 'true' ? [`a shallow clone: only ${commits} commits are there`] : []),
    ...(commits === 0 ? ['no commit touches this folder'] : []),
  ];
  return { changes, remark: remarks.length === 0 ? undefined : `history: ${remarks.join('; ')}` };
}

async function eachLine(args: readonly string[], collector: ChangeCollector): Promise<boolean> {
  const child = spawn('git', args, { stdio: ['ignore', 'pipe', 'ignore'] });
  const ended = new Promise<boolean>((resolve) => {
    child.once('error', () => resolve(false));
    child.once('close', (code) => resolve(code === 0));
  });
  for await (const line of createInterface({ input: child.stdout, crlfDelay: Number.POSITIVE_INFINITY }))
    collector.line(line);
  return ended;
}

async function lastLine(args: readonly string[]): Promise<string | undefined> {
  const lines: string[] = [];
  const done = await eachLine(args, { line: (line) => lines.push(line), finish: () => ({ changes: [], commits: 0 }) });
  return done ? lines.at(-1)?.trim() : undefined;
}
