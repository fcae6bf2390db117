import type { CodeEntry } from './code-entry.ts';

export const cliCodes = {
  CLI_NOT_RUNNING: {
    summary: 'The command needs a running overgrow, and none was found.',
    remedy: 'Start it with `overgrow up` in the folder of the manifest.',
    exit: 3,
    disposition: 'halt',
  },
  CLI_ALREADY_RUNNING: {
    summary: 'An overgrow with the same state runs already.',
    remedy: 'Ask it with `overgrow status`, or end it with Ctrl-C in its terminal before you start another.',
    exit: 3,
    disposition: 'halt',
  },
  CLI_NODE_TOO_OLD: {
    summary: 'This version of Node.js cannot run overgrow.',
    remedy: 'Install Node.js 22.19 or newer.',
    exit: 3,
    disposition: 'halt',
  },
  CLI_MONOLITH_UNREACHABLE: {
    summary: 'The monolith gives no answer at the URL of the manifest.',
    remedy: 'Start it, or mend `monolith.url`.',
    exit: 3,
    disposition: 'halt',
  },
  CLI_UNEXPECTED: {
    summary: 'A check failed in a way that overgrow does not know.',
    remedy: 'Read the sentence beside it; report it when it is not about your machine, network or database.',
    exit: 3,
    disposition: 'halt',
  },
  CLI_PORT_TAKEN: {
    summary: 'Another program listens on an address that overgrow was told to use.',
    remedy: 'End that program, or name another address under `proxy.listen` or `admin.listen`.',
    exit: 3,
    disposition: 'halt',
  },
  CLI_SERVICE_UNWELL: {
    summary: 'A service of the manifest does not answer well at its health path.',
    remedy: 'Start it, or mend its `url` and `health` under `services:`.',
    exit: 3,
    disposition: 'halt',
  },
  CLI_FILE_EXISTS: {
    summary: 'The command would overwrite a file that people keep.',
    remedy: 'Name another file with --output, or move the old one away.',
    exit: 2,
    disposition: 'halt',
  },
} as const satisfies Record<string, CodeEntry>;
