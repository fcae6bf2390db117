import { runTool } from './run-tool-process.ts';

/*
 * `npm run lint [-- paths]`: the rules of the house, the form of the files, and the structure. All of them run, also when
 * one has found something. `npm run format` (`--fix`) mends what can be mended without thinking.
 */

const given = process.argv.slice(2);
const paths = given.filter((argument) => argument !== '--fix');
const fix = given.includes('--fix');

const exits = [
  await runTool('oxlint', ['--type-aware', ...(fix ? ['--fix'] : []), ...paths]),
  await runTool('oxfmt', [...(fix ? [] : ['--check']), ...paths]),
];
if (!fix && paths.length === 0) {
  exits.push(
    await runTool('vitest', ['run', '--project', 'unit', 'test/architecture', '--exclude', '**/*-rules.test.ts']),
  );
}
process.exitCode = Math.max(...exits) === 0 ? 0 : 1;
if (process.exitCode !== 0)
  console.log('\nWhy these rules: CONTRIBUTING.md, "Rules that lint keeps". `npm run format` mends form.');
