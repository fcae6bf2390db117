import type { CodeEntry } from './code-entry.ts';

export const stateCodes = {
  STATE_CONFLICT: {
    summary: 'The state store holds another version than the one expected.',
    remedy: 'Read again and decide again; another process was first.',
    exit: 1,
    disposition: 'retry',
  },
  STATE_LEASE_LOST: {
    summary: 'The lease was lost: another orchestrator acts with a higher lease epoch.',
    remedy: 'Nothing to do: this process steps back, the holder of the lease goes on.',
    exit: 3,
    disposition: 'halt',
  },
  STATE_SCHEMA_NEWER: {
    summary: 'The state store was written by a newer release.',
    remedy: 'Run the newer release, or restore the store of this one.',
    exit: 3,
    disposition: 'halt',
  },
  STATE_UNREADABLE: {
    summary: 'What the manifest names as the state store is something else, or is damaged.',
    remedy: 'Name another place under `state:` in the manifest, or restore the store from a backup.',
    exit: 3,
    disposition: 'halt',
  },
  STATE_UNREACHABLE: {
    summary: 'The state store cannot be reached.',
    remedy: 'Check `state:` in the manifest and the database it names.',
    exit: 3,
    disposition: 'retry',
  },
} as const satisfies Record<string, CodeEntry>;
