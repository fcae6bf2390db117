import { createPinoLogger, type Logger, type LogLevel, type Manifest } from '@overgrow/core';
import type { Terminal } from './terminal.ts';

const levels: readonly LogLevel[] = ['debug', 'info', 'warn', 'error', 'silent'];

/** Logs as JSON lines on stderr. OVERGROW_LOG=debug|info|warn|error|silent; declared sensitive columns are masked. */
export function createCommandLogger(terminal: Pick<Terminal, 'env'>, manifest?: Manifest): Logger {
  const level = levels.find((one) => one === terminal.env['OVERGROW_LOG']) ?? 'warn';
  return createPinoLogger({ level, sensitive: manifest?.sensitive ?? [] });
}
