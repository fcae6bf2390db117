import {
  openStateStore,
  systemClock,
  type BridgePort,
  type Clock,
  type FaultPoints,
  type JournalEntry,
  type Logger,
  type Manifest,
  type StateStore,
  type SystemStatus,
} from '@overgrow/core';
import { createHttpHealth, createOrchestrator, type Orchestrator } from '@overgrow/orchestrator';
import {
  compileProxyConfig,
  createAdminServer,
  createProxy,
  createProxyAdmin,
  type AdminServer,
  type Proxy,
} from '@overgrow/strangler-proxy';
import { unlessAborted } from '../unless-aborted.ts';
import { createBridges } from './bridges.ts';
import { observeProxy } from './observe-proxy.ts';
import { createPageRouter } from './page-server.ts';
import { createUpRouter } from './up-router-server.ts';
import { restoreWeights } from './weights.ts';
import { createUndoStack } from '../undo-stack.ts';

export interface UpOptions {
  readonly manifest: Manifest;
  /** The manifest's folder. */
  readonly folder: string;
  readonly token: string;
  /** Names this process in the lease. */
  readonly holder: string;
  readonly logger: Logger;
  readonly faults: FaultPoints;
  /** Told of each journal entry of this process. */
  readonly onJournal: JournalListener;
  /** Told once when the start has to wait for the lease of another process. */
  readonly onWaiting: () => void;
  /** Ends the start when it aborts: what was started is stopped, and `startUp` rejects with its reason. */
  readonly signal: AbortSignal;
}

export type JournalListener = (entry: Pick<JournalEntry, 'context' | 'event' | 'data'>) => void;

/** Proxy, bridges, orchestrator and admin port in one process. */
export interface Up extends AsyncDisposable {
  readonly url: string;
  readonly adminUrl: string;
}

/**
 * Starts everything in the order in which nothing can go wrong unseen: the store, the front door (reads flow, writes wait
 * for the owners), the admin port, and the orchestrator, which takes the lease, tells the owners, and finishes or abandons
 * what a crash left. Ends in the reverse order.
 */
export async function startUp(options: UpOptions): Promise<Up> {
  const { manifest, folder, logger, faults } = options;
  const clock = systemClock;
  await using undo = createUndoStack();
  const bridges = createBridges(manifest, { clock, logger, faults });
  const store = undo.use(
    tellingJournal(await openStateStore(manifest.state, { clock, baseFolder: folder }), options.onJournal),
  );
  const proxy = undo.use(startableProxy(manifest, folder, logger, faults, () => orchestrator));
  const traffic = observeProxy(proxy);
  const orchestrator: Orchestrator = createOrchestrator({
    store,
    traffic,
    bridges,
    contexts: Object.keys(manifest.contexts),
    health: createHttpHealth(healthUrls(manifest)),
    limits: manifest.cutover,
    clock,
    logger,
    faults,
    holder: options.holder,
  });
  const admin = undo.use(
    adminOf(options, { proxy, orchestrator, bridges, store, status: () => statusOf(orchestrator, traffic, store) }),
  );
  options.signal.throwIfAborted();
  const front = await proxy.start();
  const adminAddress = await admin.start();
  undo.use(orchestrator);
  await unlessAborted(waitingTold(orchestrator, clock, options.onWaiting), options.signal);
  await restoreWeights(store, traffic);
  const kept = undo.move();
  return {
    url: `http://${front.host}:${front.port}`,
    adminUrl: `http://${adminAddress.host}:${adminAddress.port}`,
    [Symbol.asyncDispose]: () => kept[Symbol.asyncDispose](),
  };
}

/** Starts the orchestrator; tells once when another holder's lease has to be waited for. */
async function waitingTold(orchestrator: Orchestrator, clock: Clock, tell: () => void): Promise<void> {
  const started = new AbortController();
  const watched = clock.sleep(1000, started.signal).then(
    async () => {
      if ((await orchestrator.status()).lease.kind === 'waiting') tell();
    },
    () => {},
  );
  try {
    await orchestrator.start();
  } finally {
    started.abort(new Error('started'));
    await watched.catch(() => {});
  }
}

/** The proxy asks an orchestrator that is made after it, and only while requests flow. */
function startableProxy(
  manifest: Manifest,
  folder: string,
  logger: Logger,
  faults: FaultPoints,
  orchestratorOf: () => Orchestrator,
): Proxy {
  return createProxy({
    config: compileProxyConfig(manifest, folder),
    leaseIsLive: () => orchestratorOf().leaseIsLive(),
    onHoldExpired: (ref) => {
      const fields = { context: ref.context, attempt: ref.attempt };
      orchestratorOf()
        .abandonExpired(ref)
        .then(
          (outcome) => logger.warn('a fence was not decided in time', { ...fields, outcome }),
          (error: unknown) => logger.error('an expired fence could not be abandoned', { ...fields, error }),
        );
    },
    logger,
    faults,
  });
}

interface AdminParts {
  readonly proxy: Proxy;
  readonly orchestrator: Orchestrator;
  readonly bridges: readonly BridgePort[];
  readonly store: StateStore;
  readonly status: () => Promise<SystemStatus>;
}

function adminOf(options: UpOptions, { proxy, orchestrator, bridges, store, status }: AdminParts): AdminServer {
  const up = createUpRouter({
    orchestrator,
    bridges: new Map(bridges.map((bridge) => [bridge.context, bridge])),
    store,
    traffic: proxy.traffic,
    status,
  });
  return createAdminServer({
    listen: options.manifest.admin.listen,
    token: options.token,
    routers: [
      { path: '/', router: createPageRouter({ token: options.token, status }), open: true },
      { path: '/api', router: up },
      { path: '/proxy', router: createProxyAdmin(proxy) },
    ],
    isReady: () => proxy.isReady(),
    logger: options.logger,
  });
}

async function statusOf(
  orchestrator: Orchestrator,
  traffic: ReturnType<typeof observeProxy>,
  store: StateStore,
): Promise<SystemStatus> {
  const [status, { routes }, journal] = await Promise.all([
    orchestrator.status(),
    traffic.status(),
    store.journal({ limit: 40, newest: true }),
  ]);
  return { ...status, routes, journal };
}

/** A store that tells of each entry that this process appends. */
function tellingJournal(store: StateStore, tell: JournalListener): StateStore {
  return {
    ...store,
    compareAndSet: async (key, expected, value, writeOptions) => {
      const outcome = await store.compareAndSet(key, expected, value, writeOptions);
      if (outcome.kind === 'written') writeOptions?.journal?.forEach(tell);
      return outcome;
    },
    append: async (context, event, data, lease) => {
      const sequence = await store.append(context, event, data, lease);
      tell({ context, event, data });
      return sequence;
    },
  };
}

function healthUrls(manifest: Manifest): Record<string, string> {
  return Object.fromEntries(
    Object.entries(manifest.contexts).flatMap(([context, { service }]) => {
      const known = service === undefined ? undefined : manifest.services[service];
      return known === undefined ? [] : [[context, new URL(known.health, known.url).href]];
    }),
  );
}
