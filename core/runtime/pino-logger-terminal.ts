import pino from 'pino';
import type { Logger } from './logger.ts';
import { createRedactor, redactText } from './redact.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

export interface PinoLoggerOptions {
  readonly level?: LogLevel;
  /** The manifest's `sensitive:` columns. */
  readonly sensitive?: readonly string[];
  /** Where lines go, each with its newline. Default: standard error, so that `--json` on standard output stays clean. */
  readonly write?: (line: string) => void;
}

/**
 * One JSON object a line: `level`, `time` (ISO), `message`, and the fields. Everything is copied through the redactor before
 * pino sees it, because pino's own `redact` knows paths and not names at any depth, and never looks into texts.
 */
export function createPinoLogger(options: PinoLoggerOptions = {}): Logger {
  const { level = 'info', sensitive = [], write = (line) => void process.stderr.write(line) } = options;
  const root = pino(
    {
      level,
      messageKey: 'message',
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write },
  );
  const redact = createRedactor(sensitive);
  return wrap(root, (fields) => redact(fields) as object);
}

/** Names that each line has of its own; a field of that name would stand twice in the JSON. */
const reserved = ['level', 'time', 'message'];

function wrap(logger: pino.Logger, redact: (fields: object) => object): Logger {
  const clean = (fields: object) =>
    Object.fromEntries(
      Object.entries(redact(fields)).map(([name, value]) => [reserved.includes(name) ? `${name}_` : name, value]),
    );
  const at =
    (level: 'debug' | 'info' | 'warn' | 'error') =>
    (message: string, fields: Readonly<Record<string, unknown>> = {}) => {
      // A line that is not written costs no copy.
      if (logger.isLevelEnabled(level)) logger[level](clean(fields), redactText(message));
    };
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (fields) => wrap(logger.child(clean(fields)), redact),
  };
}
