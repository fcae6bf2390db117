import { randomBytes } from 'node:crypto';
import { openStateStore, systemClock, type OwnershipRecord } from '@overgrow/core';
import { compileProxyConfig, createAdminServer, createProxy, createProxyAdmin } from '@overgrow/strangler-proxy';
import { Command } from 'commander';
import { createCommandLogger } from '../command-logger.ts';
import { faultsOf } from '../faults-process.ts';
import { readManifest, withManifest, type ManifestOption } from '../manifest-option.ts';
import type { Outcome } from '../program.ts';
import type { Terminal } from '../terminal.ts';
import { createUndoStack } from '../undo-stack.ts';

/** `overgrow proxy`: the front door alone. It follows the owners in the state store; no context can be moved through it. */
export function proxyCommand(terminal: Terminal, outcome: Outcome): Command {
  return withManifest(new Command('proxy'))
    .description('Run the front door alone, with the routes of the manifest and the owners of the state store.')
    .option('--json', 'the addresses as a JSON line on stdout')
    .action(async (options: ManifestOption & { readonly json?: boolean }) => {
      outcome.endsInOrder = true;
      const { manifest, folder } = await readManifest(terminal, options);
      const token = terminal.env['OVERGROW_ADMIN_TOKEN'] ?? randomBytes(24).toString('base64url');
      const logger = createCommandLogger(terminal, manifest);
      await using undo = createUndoStack();
      const store = undo.use(await openStateStore(manifest.state, { clock: systemClock, baseFolder: folder }));
      const proxy = undo.use(
        createProxy({
          config: compileProxyConfig(manifest),
          // No orchestrator drives this process, so none can arm it.
          leaseIsLive: () => false,
          onHoldExpired: (ref) => logger.warn('a fence was not decided in time', { ...ref }),
          logger,
          faults: faultsOf(terminal.env),
        }),
      );
      const admin = undo.use(
        createAdminServer({
          listen: manifest.admin.listen,
          token,
          routers: [{ path: '/proxy', router: createProxyAdmin(proxy) }],
          isReady: () => proxy.isReady(),
          logger,
        }),
      );
      const learn = async () => {
        const known = await store.list('ownership/');
        const records = known.map(({ value }) => value as unknown as OwnershipRecord);
        const declared = Object.keys(manifest.contexts).map(ownedByMonolith);
        const recorded = new Set(records.map(({ context }) => context));
        await proxy.traffic.learn([...declared.filter(({ context }) => !recorded.has(context)), ...records]);
      };
      const front = await proxy.start();
      const adminAddress = await admin.start();
      await learn();
      using _owners = store.watch(
        'ownership/',
        () => void learn().catch((error: unknown) => logger.error('the owners could not be read', { error })),
      );
      const addresses = {
        url: `http://${front.host}:${front.port}`,
        adminUrl: `http://${adminAddress.host}:${adminAddress.port}`,
      };
      if (options.json) terminal.print(JSON.stringify({ event: 'listening', ...addresses }));
      else
        terminal.print(
          `front door  ${addresses.url}\nadmin       ${addresses.adminUrl}\ntoken       ${token}\nEnd with Ctrl-C.`,
        );
      await new Promise<void>((resolve) => {
        if (terminal.signal.aborted) resolve();
        else terminal.signal.addEventListener('abort', () => resolve(), { once: true });
      });
    });
}

/** What holds for a context that nobody has moved. */
function ownedByMonolith(context: string): OwnershipRecord {
  return { context, scope: '*', owner: 'monolith', epoch: 1, phase: 'planned', attempt: null };
}
