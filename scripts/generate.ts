import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { manifestJsonSchema, renderErrorsPage, renderManifestPage } from '@overgrow/core';
import { describeCommands, renderCliPage } from 'overgrow';

/**
 * Writes every file that is derived from the sources: `npm run generate`. With `--check` it writes nothing and ends with 1
 * when one is stale. To add a file: a pure function that renders it, and a line here.
 */
const generated: Readonly<Record<string, () => string>> = {
  'overgrow.schema.json': () => `${JSON.stringify(manifestJsonSchema(), null, 2)}\n`,
  'docs/reference/errors.md': () => renderErrorsPage(),
  'docs/reference/cli.md': () => renderCliPage(describeCommands()),
  'docs/reference/manifest.md': () => renderManifestPage(),
};

const root = path.resolve(import.meta.dirname, '..');
const onlyCheck = process.argv.includes('--check');
const stale: string[] = [];

for (const [file, render] of Object.entries(generated)) {
  const target = path.join(root, file);
  const text = render();
  if ((await readFile(target, 'utf8').catch(() => undefined)) === text) continue;
  stale.push(file);
  if (!onlyCheck) await writeFile(target, text);
}

for (const file of stale) console.log(onlyCheck ? `${file} is stale: run npm run generate` : `wrote ${file}`);
if (onlyCheck && stale.length > 0) process.exitCode = 1;
