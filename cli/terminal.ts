import { userInfo } from 'node:os';
import { styleText } from 'node:util';

/** The person or program that runs the command, as far as commands need to know. */
export interface Terminal {
  /** Results, to stdout. A line end is added. */
  print(text: string): void;
  /** Progress and remarks, to stderr, and only where a person looks on. */
  note(text: string): void;
  /** A line on stderr that the next one replaces; nothing unless stderr is a terminal. */
  progress(text: string): void;
  /** Errors, to stderr, always. */
  complain(text: string): void;
  readonly colour: boolean;
  readonly width: number;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Who sits at it, as the system knows; empty where it knows nobody. */
  readonly user: string;
  /** Aborts at the first Ctrl-C or SIGTERM. */
  readonly signal: AbortSignal;
}

/** The terminal of this process. Colour as NO_COLOR, FORCE_COLOR and the stream say. */
export function createTerminal(): Terminal {
  const abort = new AbortController();
  // Once: a second Ctrl-C ends the process at once, as it does everywhere.
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => abort.abort(new Interrupted(name)));
  // `overgrow … | head` closes our output. That is no error, but nobody reads on.
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      abort.abort(new Interrupted('a closed output'));
    });
  abort.signal.addEventListener('abort', () => endInTime(), { once: true });
  let pending = false;
  const clear = () => {
    if (pending) process.stderr.write('\r\u001B[2K');
    pending = false;
  };
  return {
    print: (text) => {
      clear();
      process.stdout.write(`${text}\n`);
    },
    note: (text) => {
      clear();
      if (process.stderr.isTTY) process.stderr.write(`${text}\n`);
    },
    progress: (text) => {
      if (!process.stderr.isTTY) return;
      process.stderr.write(`\r\u001B[2K${text}`);
      pending = text !== '';
    },
    complain: (text) => {
      clear();
      process.stderr.write(`${text}\n`);
    },
    colour: process.stdout.hasColors?.() ?? false,
    width: process.stdout.columns ?? 100,
    env: process.env,
    cwd: process.cwd(),
    user: process.env['USER'] ?? process.env['LOGNAME'] ?? systemUser(),
    signal: abort.signal,
  };
}

/** Longer than everything that a command does to end in order, the drain of the front door included. */
const endingMs = 60_000;

/** The last resort: whatever an ending waits for, a process that was told to end must not stay. */
function endInTime(): void {
  setTimeout(() => {
    process.stderr.write(
      `It did not end within ${endingMs / 1000} s and is ended now. The next start goes on from here.\n`,
    );
    process.exit(130);
  }, endingMs).unref();
}

/** The reason with which a command is interrupted; exit 130. */
export class Interrupted extends Error {
  constructor(signalName: string) {
    super(`interrupted by ${signalName}`);
    this.name = 'Interrupted';
  }
}

/** Cron jobs and containers often set no USER, and an unnamed user id of a container has no name at all. */
function systemUser(): string {
  try {
    return userInfo().username;
  } catch {
    return '';
  }
}

type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow';

/** Text in a style where colour is supported, as it is elsewhere. */
export function paint(terminal: Pick<Terminal, 'colour'>, style: Style, text: string): string {
  return terminal.colour ? styleText(style, text, { validateStream: false }) : text;
}
