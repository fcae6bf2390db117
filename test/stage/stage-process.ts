import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { type NodeProcess, startNodeProcess } from './node-process.ts';
import { findFreePort } from './port-client.ts';
import { createStageDatabases, type StageDatabases } from './stage-databases-client.ts';
import { connectUp, type UpClient } from './up-client.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const shopMain = path.join(root, 'examples/shop/main.ts');
const reviewsMain = path.join(root, 'examples/shop/services/reviews/main.ts');
const overgrowMain = path.join(root, 'cli/main.ts');
const manifest = path.join(root, 'examples/shop/overgrow.yaml');

/** A running `overgrow up`, and its admin interface. */
export interface RunningUp extends UpClient {
  readonly process: NodeProcess;
}

/** The shop, its reviews service and their databases, running; and overgrow, which is started and killed at will. */
export interface Stage extends AsyncDisposable {
  readonly databases: StageDatabases;
  readonly shop: NodeProcess;
  readonly service: NodeProcess;
  readonly monolithUrl: string;
  readonly serviceUrl: string;
  /** The front door, whether overgrow runs or not. */
  readonly url: string;
  /** Runs a command of the CLI to its end. */
  overgrow(
    ...args: readonly string[]
  ): Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }>;
  startUp(options?: { readonly faultPoint?: string }): Promise<RunningUp>;
  /** Restarts the reviews service on its port, after a test ended it. */
  startService(): Promise<NodeProcess>;
  readonly environment: Readonly<Record<string, string>>;
}

export interface StageOptions {
  /** A PostgreSQL server as its superuser: two databases and three roles are made in it, and dropped at the end. */
  readonly serverUrl: string;
  /** 1 is the realistic size; tests take less. */
  readonly scale: number;
  readonly ports?: { readonly proxy: number; readonly admin: number };
  readonly onStep?: (step: string) => void;
  /** Ends the start between two of its steps. */
  readonly signal?: AbortSignal;
}

export async function startStage(options: StageOptions): Promise<Stage> {
  const undo = new AsyncDisposableStack();
  try {
    return await setUp(options, undo);
  } catch (error) {
    await undo.disposeAsync();
    throw error;
  }
}

async function setUp(options: StageOptions, undo: AsyncDisposableStack): Promise<Stage> {
  const say = (step: string) => {
    options.signal?.throwIfAborted();
    options.onStep?.(step);
  };
  const folder = await mkdtemp(path.join(tmpdir(), 'overgrow-stage-'));
  undo.defer(() => rm(folder, { recursive: true, force: true }));
  const databases = await createStageDatabases(options.serverUrl);
  undo.defer(() => databases.drop());

  const ports = options.ports ?? { proxy: await findFreePort(), admin: await findFreePort() };
  const servicePort = await findFreePort();
  const shopPort = await findFreePort();
  const url = `http://127.0.0.1:${ports.proxy}`;
  const monolithUrl = `http://127.0.0.1:${shopPort}`;
  const serviceUrl = `http://127.0.0.1:${servicePort}`;

  say('migrating the databases');
  const shopEnvironment = {
    DATABASE_URL: databases.shop.ownerUrl,
    REVIEWS_URL: serviceUrl,
    PORT: String(shopPort),
    SHOP_ORIGIN: url,
  };
  await run(shopMain, ['migrate'], shopEnvironment);
  say('filling the shop with products, customers, orders and reviews');
  await run(shopMain, ['seed', String(options.scale)], shopEnvironment);
  const reviewsEnvironment = {
    DATABASE_URL: databases.reviews.ownerUrl,
    SHOP_URL: monolithUrl,
    PORT: String(servicePort),
  };
  await run(reviewsMain, ['migrate'], reviewsEnvironment);

  say('starting the shop and the reviews service');
  const startService = async () => {
    const service = startNodeProcess(reviewsMain, ['serve'], { env: reviewsEnvironment });
    undo.use(service);
    await service.event('listening');
    return service;
  };
  const shop = undo.use(startNodeProcess(shopMain, ['serve'], { env: shopEnvironment }));
  await shop.event('listening');
  const service = await startService();

  const environment = {
    OVERGROW_MANIFEST: manifest,
    MONOLITH_URL: monolithUrl,
    MONOLITH_DATABASE_URL: databases.shop.bridgeUrl,
    REVIEWS_URL: serviceUrl,
    REVIEWS_DATABASE_URL: databases.reviews.bridgeUrl,
    OVERGROW_LISTEN: `127.0.0.1:${ports.proxy}`,
    OVERGROW_ADMIN_LISTEN: `127.0.0.1:${ports.admin}`,
    OVERGROW_STATE_FILE: path.join(folder, 'state.db'),
  };
  return {
    databases,
    shop,
    service,
    monolithUrl,
    serviceUrl,
    url,
    environment,
    startService,
    overgrow: (...args) => runOvergrow(args, environment),
    startUp: async ({ faultPoint } = {}) => {
      const env = faultPoint === undefined ? environment : { ...environment, OVERGROW_FAULT_POINT: faultPoint };
      const up = startNodeProcess(overgrowMain, ['up', '--json'], { env });
      undo.use(up);
      return { process: up, ...(await connectUp(await up.event('listening'))) };
    },
    [Symbol.asyncDispose]: () => undo.disposeAsync(),
  };
}

async function run(script: string, args: readonly string[], env: Readonly<Record<string, string>>): Promise<void> {
  const program = startNodeProcess(script, args, { env });
  const code = await program.exited;
  if (code !== 0)
    throw new Error(`${path.relative(root, script)} ${args.join(' ')} ended with ${code}:\n${program.stderr()}`);
}

async function runOvergrow(args: readonly string[], env: Readonly<Record<string, string>>) {
  const program = startNodeProcess(overgrowMain, args, { env });
  let stdout = '';
  program.child.stdout?.on('data', (part: Buffer) => {
    stdout += part.toString();
  });
  const code = await program.exited;
  return { code, stdout, stderr: program.stderr() };
}
