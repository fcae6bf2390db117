import type { Command } from 'commander';
import type { Outcome } from '../program.ts';
import type { Terminal } from '../terminal.ts';
import { moveCommand } from './cutover.ts';

/** `overgrow rollback <context>`: the monolith becomes the owner again. */
export function rollbackCommand(terminal: Terminal, outcome: Outcome): Command {
  return moveCommand(
    'rollback',
    'Make the monolith the owner again. Prints the plan; acts only with --execute.',
    terminal,
    outcome,
  );
}
