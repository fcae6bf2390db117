import type { OwnedObject } from '@overgrow/core';
import { systemClock } from '@overgrow/core';
import { Command } from 'commander';
import { readManifest, withManifest, type ManifestOption } from '../manifest-option.ts';
import type { Outcome } from '../program.ts';
import { renderTable } from '../table.ts';
import type { Terminal } from '../terminal.ts';
import { withBridges } from '../up/bridges.ts';
import { createCommandLogger } from '../command-logger.ts';
import { faultsOf } from '../faults-process.ts';

interface Options extends ManifestOption {
  readonly execute?: boolean;
  readonly json?: boolean;
}

/** `overgrow uninstall`: lists, and with --execute removes, everything overgrow made in the databases. */
export function uninstallCommand(terminal: Terminal, _outcome: Outcome): Command {
  return withManifest(new Command('uninstall'))
    .description(
      'List every slot, publication, trigger, function and table that overgrow made. Removes them only with --execute.',
    )
    .option('--execute', 'remove them')
    .option('--json', 'as JSON')
    .action(async (options: Options) => {
      const { manifest } = await readManifest(terminal, options);
      const surroundings = {
        clock: systemClock,
        logger: createCommandLogger(terminal, manifest),
        faults: faultsOf(terminal.env),
      };
      const objects = await withBridges(manifest, surroundings, async (bridges) => {
        const found: OwnedObject[] = [];
        for (const bridge of bridges)
          found.push(...(await (options.execute ? bridge.uninstall() : bridge.inventory())));
        return eachOnce(found);
      });
      if (options.json) {
        terminal.print(JSON.stringify({ removed: options.execute === true, objects }, null, 2));
        return;
      }
      if (objects.length === 0) {
        terminal.print('Nothing of overgrow is in these databases.');
        return;
      }
      const rows = objects.map((object) => [object.side, object.kind, object.name, object.removal]);
      terminal.print(renderTable(['database of', 'kind', 'name', 'statement'], rows));
      terminal.print(
        options.execute
          ? `\nRemoved ${objects.length}.`
          : `\n${objects.length} found. Nothing was changed: add --execute to remove them.`,
      );
    });
}

/** Links and control both know their progress and slot. */
function eachOnce(objects: readonly OwnedObject[]): readonly OwnedObject[] {
  return [...new Map(objects.map((object) => [`${object.side} ${object.kind} ${object.name}`, object])).values()];
}
