import type { Adapter } from '../../adapters/adapter.ts';
import { collectCommands, type CommandRecord } from './collect-commands.ts';
import { linkCommands } from './link-commands.ts';

/** commander, yargs, cac, oclif and nest-commander: what an operator calls by name. */
export const commands: Adapter<readonly CommandRecord[]> = {
  name: 'commands',
  collect: collectCommands,
  link: linkCommands,
};
