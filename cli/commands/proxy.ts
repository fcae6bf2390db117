import { randomBytes } from 'node:crypto';
import { openStateStore, renderError, systemClock, type AttemptRef, type OwnershipRecord } from '@overgrow/core';
import {
  compileProxyConfig,
  createAdminServer,
  createProxy,
  createProxyAdmin,
  createProxyWorkers,
} from '@overgrow/strangler-proxy';
import { Command, InvalidArgumentError } from 'commander';
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
    .option('--workers <number>', 'processes that share the front door; SIGHUP reads the manifest again', parseWorkers)
    .option('--json', 'the addresses as a JSON line on stdout')
    .action(async (options: ManifestOption & { readonly json?: boolean; readonly workers?: number }) => {
      outcome.endsInOrder = true;
      const { manifest, folder } = await readManifest(terminal, options);
      const token = terminal.env['OVERGROW_ADMIN_TOKEN'] ?? randomBytes(24).toString('base64url');
      const logger = createCommandLogger(terminal, manifest);
      await using undo = createUndoStack();
      const store = undo.use(await openStateStore(manifest.state, { clock: systemClock, baseFolder: folder }));
      const shared = {
        // No orchestrator drives this process, so none can arm it.
        leaseIsLive: () => false,
        onHoldExpired: (ref: AttemptRef) => logger.warn('a fence was not decided in time', { ...ref }),
        logger,
      };
      const workers =
        options.workers === undefined
          ? undefined
          : undo.use(createProxyWorkers({ ...shared, manifest, baseFolder: folder, workers: options.workers }));
      const proxy =
        workers ??
        undo.use(
          createProxy({ ...shared, config: compileProxyConfig(manifest, folder), faults: faultsOf(terminal.env) }),
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
      const reload = async () => {
        try {
          await workers?.reload((await readManifest(terminal, options)).manifest);
        } catch (error) {
          logger.error('the manifest was not put in force', { error: renderError(error) });
        }
      };
      const onHangUp = () => void reload();
      if (workers !== undefined) process.on('SIGHUP', onHangUp);
      const addresses = {
        url: front.url,
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
      process.off('SIGHUP', onHangUp);
    });
}

/** What holds for a context that nobody has moved. */
function ownedByMonolith(context: string): OwnershipRecord {
  return { context, scope: '*', owner: 'monolith', epoch: 1, phase: 'planned', attempt: null };
}

function parseWorkers(text: string): number {
  const workers = Number(text);
  if (Number.isInteger(workers) && workers >= 1 && workers <= 256) return workers;
  throw new InvalidArgumentError('a whole number from 1 to 256');
}
