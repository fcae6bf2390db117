import path from 'node:path';
import { analyze } from '@overgrow/analyzer';
import { manifestJsonSchema, OvergrowError } from '@overgrow/core';
import { Command } from 'commander';
import { parse } from 'yaml';
import { draftManifest } from '../draft-manifest.ts';
import type { Outcome } from '../program.ts';
import { fileExists, writeText } from '../report-files.ts';
import type { Terminal } from '../terminal.ts';

interface Options {
  readonly url: string;
  readonly output: string;
  readonly schema?: boolean;
  readonly json?: boolean;
}

/** `overgrow init [path]`: drafts a manifest from the analysis. */
export function initCommand(terminal: Terminal, _outcome: Outcome): Command {
  return new Command('init')
    .description('Draft a manifest from the analysis of a monolith, for you to correct and commit.')
    .argument('[path]', 'folder of the monolith', '.')
    .option('--url <url>', 'where the monolith answers', 'http://127.0.0.1:3000')
    .option('--output <file>', 'the manifest to write, - for the terminal', 'overgrow.yaml')
    .option('--schema', 'print the JSON Schema of the manifest, for your editor, and end')
    .option('--json', 'what was drafted, as JSON')
    .action(async (folder: string, { url, output, schema, json }: Options) => {
      if (schema) return terminal.print(JSON.stringify(manifestJsonSchema(), null, 2));
      if (output !== '-' && (await fileExists(output))) {
        throw new OvergrowError('CLI_FILE_EXISTS', `${output} exists already; it is not overwritten.`, {
          hint: 'Name another file with --output, or - to print the draft.',
        });
      }
      const report = await analyze({
        root: folder,
        progress: ({ done, total }) => terminal.progress(`${done} of ${total} files read`),
      });
      terminal.progress('');
      const manifestFolder = output === '-' ? terminal.cwd : path.dirname(path.resolve(output));
      const draft = draftManifest(report, {
        monolithUrl: url,
        source: path.relative(manifestFolder, path.resolve(folder)) || '.',
      });
      if (output === '-') return terminal.print(draft.trimEnd());
      await writeText(output, draft);
      const contexts = Object.keys((parse(draft) as { contexts: object }).contexts);
      if (json) return terminal.print(JSON.stringify({ file: output, contexts }, null, 2));
      terminal.print(
        `${output} drafted with ${contexts.length} candidate contexts. Next: read it, then overgrow doctor.`,
      );
    });
}
