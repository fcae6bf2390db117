import { Command, Option } from 'commander';
import { afterAll, expect, it } from 'vitest';
import { renderCliPage } from './render-cli-page.ts';

// Commander imports node:process as a module, and that opens stdin.
afterAll(() => void process.stdin.destroy());

const program = new Command('overgrow').description('Does things.');
const group = new Command('cdc').description('A group.');
group.addCommand(
  new Command('verify')
    .description('Compare all rows.')
    .argument('<context>', 'the context')
    .addOption(new Option('--manifest <file>', 'the manifest').env('OVERGROW_MANIFEST').default('overgrow.yaml'))
    .option('--json', 'as JSON | text')
    .option('--no-folders', 'ignore names'),
);
program.addCommand(group).addCommand(new Command('up').description('Run all.').argument('[path]', 'a folder', '.'));
const page = renderCliPage(program);

it('lists the commands that do something, by their whole name', () => {
  expect(page).toContain('| [`overgrow cdc verify`](#overgrow-cdc-verify) | Compare all rows. |');
  expect(page).toContain('| [`overgrow up`](#overgrow-up) | Run all. |');
  expect(page).not.toContain('A group.');
});

it('shows arguments and options with their environment variable and default', () => {
  expect(page).toContain(
    '## overgrow cdc verify\n\nCompare all rows.\n\n```console\n$ overgrow cdc verify <context> [options]\n```',
  );
  expect(page).toContain('| `--manifest <file>` | the manifest (or `OVERGROW_MANIFEST`) | `overgrow.yaml` |');
  expect(page).toContain('| `[path]` | a folder | `.` |');
  expect(page).toContain(String.raw`| ${'`--json`'} | as JSON \| text |  |`);
  expect(page).toContain('| `--no-folders` | ignore names |  |');
});

it('names the environment and the exit codes', () => {
  for (const variable of ['OVERGROW_MANIFEST', 'OVERGROW_ADMIN_TOKEN', 'OVERGROW_LOG'])
    expect(page).toContain(`| \`${variable}\` |`);
  expect(page).toContain('| 130 | interrupted');
});
