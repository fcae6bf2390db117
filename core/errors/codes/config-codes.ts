import type { CodeEntry } from './code-entry.ts';

export const configCodes = {
  CONFIG_NOT_FOUND: {
    summary: 'There is no manifest at the given place.',
    remedy: 'Run `overgrow init` to draft one, or name it with `--manifest FILE`.',
    exit: 2,
    disposition: 'halt',
  },
  CONFIG_UNREADABLE: {
    summary: 'The manifest is there, but it cannot be read as text.',
    remedy: 'Name a UTF-8 text file that this user may read with `--manifest FILE`.',
    exit: 2,
    disposition: 'halt',
  },
  CONFIG_INVALID: {
    summary: 'The manifest has faults; all of them are listed with file, line and column.',
    remedy: 'Mend the places named. The schema is printed by `overgrow init --schema`.',
    exit: 2,
    disposition: 'halt',
  },
  USAGE_INVALID: {
    summary: 'The command was called with arguments it does not know.',
    remedy: 'See `overgrow <command> --help`.',
    exit: 2,
    disposition: 'halt',
  },
} as const satisfies Record<string, CodeEntry>;
