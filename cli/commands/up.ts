import { randomBytes } from 'node:crypto';
import { OvergrowError } from '@overgrow/core';
import { Command } from 'commander';
import { answers } from '../admin/admin-client.ts';
import { createCommandLogger } from '../command-logger.ts';
import { faultsOf } from '../faults-process.ts';
import { readManifest, withManifest, type ManifestOption } from '../manifest-option.ts';
import type { Outcome } from '../program.ts';
import type { Terminal } from '../terminal.ts';
import { startUp, type JournalListener } from '../up/compose.ts';
import { readRunRecord, removeRunRecord, runFileOf, writeRunRecord } from '../up/run-files.ts';

interface Options extends ManifestOption {
  readonly json?: boolean;
}

/** `overgrow up`: proxy, bridge, orchestrator and admin port in one process, until Ctrl-C. */
export function upCommand(terminal: Terminal, outcome: Outcome): Command {
  return withManifest(new Command('up'))
    .description('Run the proxy, the bridges, the orchestrator and the state page in one process.')
    .option('--json', 'events and the journal as JSON lines on stdout')
    .action(async (options: Options) => {
      outcome.endsInOrder = true;
      const { manifest, folder, stateFolder } = await readManifest(terminal, options);
      const runFile = runFileOf(stateFolder);
      await assertAlone(runFile);
      const token = terminal.env['OVERGROW_ADMIN_TOKEN'] ?? randomBytes(24).toString('base64url');
      const logger = createCommandLogger(terminal, manifest);
      const holder = `${process.pid}-${randomBytes(4).toString('hex')}`;
      const onJournal: JournalListener = (entry) => terminal.print(renderEntry(entry, options.json === true));
      await using up = await startUp({
        manifest,
        folder,
        token,
        holder,
        logger,
        faults: faultsOf(terminal.env),
        onJournal,
        onWaiting: () =>
          terminal.complain('Another overgrow holds the lease, or a crash left it: waiting for its end …'),
        signal: terminal.signal,
      });
      await writeRunRecord(runFile, { pid: process.pid, adminUrl: up.adminUrl, token });
      try {
        const { url, adminUrl } = up;
        if (options.json) terminal.print(JSON.stringify({ event: 'listening', url, adminUrl, runFile }));
        else terminal.print(`front door  ${url}\nstate page  ${adminUrl}/?token=${token}\nEnd with Ctrl-C.\n`);
        await new Promise<void>((resolve) => {
          if (terminal.signal.aborted) resolve();
          else terminal.signal.addEventListener('abort', () => resolve(), { once: true });
        });
        terminal.note('ending: requests under way finish, an attempt before its flip is abandoned');
      } finally {
        await removeRunRecord(runFile, process.pid);
      }
    });
}

/** @throws CLI_ALREADY_RUNNING when the one who wrote the run record answers; a crash leaves a record that nobody answers for. */
async function assertAlone(runFile: string): Promise<void> {
  const run = await readRunRecord(runFile).catch(() => undefined);
  if (run === undefined || !(await answers(run, AbortSignal.timeout(3000)))) return;
  throw new OvergrowError('CLI_ALREADY_RUNNING', `overgrow runs here already: process ${run.pid}, ${run.adminUrl}.`, {
    hint: 'Ask it with `overgrow status`, or end it with Ctrl-C in its terminal before you start another.',
  });
}

function renderEntry(entry: Parameters<JournalListener>[0], json: boolean): string {
  if (json) return JSON.stringify({ ...entry, event: 'journal', what: entry.event });
  return `${new Date().toISOString()}  ${entry.context.padEnd(12)} ${entry.event}`;
}
