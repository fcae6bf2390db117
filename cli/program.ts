import { Command } from 'commander';
import { analyzeCommand } from './commands/analyze.ts';
import { cdcCommand } from './commands/cdc.ts';
import { cutoverCommand } from './commands/cutover.ts';
import { doctorCommand } from './commands/doctor.ts';
import { graphCommand } from './commands/graph.ts';
import { initCommand } from './commands/init.ts';
import { proxyCommand } from './commands/proxy.ts';
import { rollbackCommand } from './commands/rollback.ts';
import { routeCommand } from './commands/route.ts';
import { statusCommand } from './commands/status.ts';
import { uninstallCommand } from './commands/uninstall.ts';
import { upCommand } from './commands/up.ts';
import { renderHelpEnd } from './environment.ts';
import type { Terminal } from './terminal.ts';
import { version } from './version-files.ts';

/** What a command reports while it runs. */
export interface Outcome {
  /** The process's exit code; 0 where the command says nothing. */
  exitCode: number;
  /** True: on Ctrl-C the command ends what it started by itself. False: it has nothing to end and is left where it is. */
  endsInOrder: boolean;
}

/**
 * A command is one file in `commands/`: a function from the terminal to a commander command. To add one, write the file
 * and list it here.
 */
const commands: readonly ((terminal: Terminal, outcome: Outcome) => Command)[] = [
  analyzeCommand,
  graphCommand,
  initCommand,
  doctorCommand,
  upCommand,
  proxyCommand,
  routeCommand,
  cdcCommand,
  statusCommand,
  cutoverCommand,
  rollbackCommand,
  uninstallCommand,
];

/**
 * Runs `overgrow <argv>`; resolves with the exit code.
 * @throws the terminal's `Interrupted` on Ctrl-C; CommanderError, already told, on wrong usage; what the command throws.
 */
export function createProgram(terminal: Terminal): (argv: readonly string[]) => Promise<number> {
  return async (argv) => {
    const outcome: Outcome = { exitCode: 0, endsInOrder: false };
    const running = createCommandTree(terminal, outcome).parseAsync([...argv], { from: 'user' });
    await Promise.race([running, interruption(terminal.signal, outcome)]);
    terminal.signal.throwIfAborted();
    return outcome.exitCode;
  };
}

/** All commands with their options, as commander knows them. */
export function createCommandTree(terminal: Terminal, outcome: Outcome): Command {
  const program = new Command('overgrow')
    .description('Takes a running monolith apart, one bounded context at a time, while it keeps serving.')
    .version(version())
    .configureOutput({
      writeOut: (text) => terminal.print(text.trimEnd()),
      writeErr: (text) => terminal.complain(text.trimEnd()),
      getOutHelpWidth: () => terminal.width,
      getErrHelpWidth: () => terminal.width,
    })
    .showHelpAfterError('(--help lists what there is)')
    .exitOverride()
    .addHelpText('after', renderHelpEnd());
  for (const command of commands) program.addCommand(inheritSettings(command(terminal, outcome), program));
  return program;
}

/** The commands without anybody at the other end: for pages that are derived from them. None of them is to be run. */
export function describeCommands(): Command {
  const nobody = () => {};
  const signal = new AbortController().signal;
  const terminal: Terminal = {
    print: nobody,
    note: nobody,
    progress: nobody,
    complain: nobody,
    colour: false,
    width: 100,
    env: {},
    cwd: '.',
    user: '',
    signal,
  };
  return createCommandTree(terminal, { exitCode: 0, endsInOrder: false });
}

/** Else a command of a command would end the process by itself, with an exit code of commander's. */
function inheritSettings(command: Command, parent: Command): Command {
  command.copyInheritedSettings(parent).exitOverride();
  for (const child of command.commands) inheritSettings(child, command);
  return command;
}

/** Rejects on Ctrl-C, unless the command ends in order by itself. */
function interruption(signal: AbortSignal, outcome: Outcome): Promise<never> {
  return new Promise((_, reject) => {
    const tell = () => {
      if (!outcome.endsInOrder) reject(signal.reason as Error);
    };
    if (signal.aborted) tell();
    else signal.addEventListener('abort', tell, { once: true });
  });
}
