import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../run-tool-process.ts';

/**
 * What a long run has done so far: one line for each test file that passed. A run that was interrupted goes on where it
 * stopped, as long as the sources are the same; with changes that are not committed it starts again each time.
 */
export interface LongRun {
  /** Files that passed in an earlier part of this run, as paths from the root. */
  readonly done: ReadonlySet<string>;
  readonly commit: string;
  markPassed(file: string): void;
  /** All is done: forgets the parts, and writes the result for people to read. */
  finish(lines: readonly string[]): void;
}

const git = (...args: readonly string[]) => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();

/** Opens the long run of the present sources. */
export function openLongRun(now: Date): LongRun {
  const commit = git('rev-parse', '--short', 'HEAD');
  const isClean = git('status', '--porcelain') === '';
  const record = path.join(root, '.overgrow', `long-run-${commit}.txt`);
  if (!isClean) rmSync(record, { force: true });
  const done = new Set(existsSync(record) ? readFileSync(record, 'utf8').split('\n').filter(Boolean) : []);
  mkdirSync(path.dirname(record), { recursive: true });
  return {
    done,
    commit,
    markPassed: (file) => appendFileSync(record, `${file}\n`),
    finish: (lines) => {
      rmSync(record, { force: true });
      const day = now.toISOString().slice(0, 10);
      const report = path.join(root, 'docs', 'benchmarks', `long-tests-${day}-${commit}.md`);
      mkdirSync(path.dirname(report), { recursive: true });
      const state = isClean ? commit : `${commit} with changes`;
      writeFileSync(
        report,
        [`# Long tests of ${day}`, '', `Sources: ${state}.`, '', ...lines.map((line) => `- ${line}`), ''].join('\n'),
      );
      console.log(`written: ${path.relative(root, report)}`);
    },
  };
}
