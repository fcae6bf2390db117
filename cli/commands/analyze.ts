import {
  decomposeFacts,
  extractFacts,
  readFacts,
  renderTerminalReport,
  writeFacts,
  type Progress,
} from '@overgrow/analyzer';
import { OvergrowError } from '@overgrow/core';
import { Command } from 'commander';
import { join } from 'node:path';
import type { Outcome } from '../program.ts';
import { writeText } from '../report-files.ts';
import type { Terminal } from '../terminal.ts';

interface Options {
  readonly format: string;
  readonly json?: boolean;
  readonly output?: string;
  readonly facts?: string;
  readonly emitFacts?: string;
  readonly contexts?: string;
  readonly folders: boolean;
  readonly cache: boolean;
}

/** `overgrow analyze [path]`: reads a monolith and suggests bounded contexts. */
export function analyzeCommand(terminal: Terminal, _outcome: Outcome): Command {
  return new Command('analyze')
    .description('Read a monolith (source only, nothing is run, no socket is opened) and suggest bounded contexts.')
    .argument('[path]', 'folder of the monolith', '.')
    .option('--format <format>', 'terminal or json', 'terminal')
    .option('--json', 'the same as --format json')
    .option('--output <file>', 'write the report there instead of to the terminal')
    .option('--facts <file>', 'decompose these facts instead of a folder')
    .option('--emit-facts <file>', 'write the facts, the language-neutral input of the analysis')
    .option('--contexts <n>', 'this number of contexts instead of the recommended one')
    .option('--no-cache', 'read every file anew instead of what .overgrow/cache knows of unchanged ones')
    .option('--no-folders', 'ignore folder and package names')
    .action(async (path: string, options: Options) => {
      const format = options.json ? 'json' : options.format;
      if (format !== 'terminal' && format !== 'json') {
        throw new OvergrowError('USAGE_INVALID', `There is no report format "${format}".`, {
          hint: 'Use terminal or json.',
        });
      }
      const progress = (read: Parameters<Progress>[0]) => terminal.progress(`${read.done} of ${read.total} files read`);
      const facts =
        options.facts === undefined
          ? await extractFacts(path, { progress, history: true, ...cacheFolder(path, options.cache) })
          : await readFacts(options.facts);
      terminal.progress('');
      if (options.emitFacts !== undefined) await writeFacts(options.emitFacts, facts);
      const contexts = options.contexts === undefined ? {} : { contexts: parseCount(options.contexts) };
      const report = decomposeFacts(facts, { folders: options.folders, ...contexts });
      const text =
        format === 'json'
          ? JSON.stringify(report, null, 2)
          : renderTerminalReport(report, {
              colour: terminal.colour && options.output === undefined,
              width: terminal.width,
            });
      if (options.output === undefined) terminal.print(text);
      else await writeText(options.output, `${text}\n`);
    });
}

function cacheFolder(root: string, wanted: boolean) {
  return wanted ? { cacheFolder: join(root, '.overgrow/cache') } : {};
}

function parseCount(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count > 0) return count;
  throw new OvergrowError('USAGE_INVALID', `--contexts takes a whole number above 0, not "${text}".`);
}
