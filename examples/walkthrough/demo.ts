/** `npm run demo`: a shop under load, whose reviews move to a service, back, and to the service again. */
import { setTimeout as pause } from 'node:timers/promises';
import {
  isPortTaken,
  judgeHistory,
  type Load,
  locateBinaries,
  type PostgresServer,
  readBothDatabases,
  type RunningUp,
  type Stage,
  startLoad,
  startPostgres,
  startStage,
} from '@overgrow/test';
import { demoUsage, type DemoOptions, parseDemoArguments } from './demo-arguments.ts';
import { brokenPromises, type DemoOutcome, outcomeLines, type Switch } from './outcome.ts';
import { createStory, type Story } from './story-terminal.ts';

const context = 'reviews';
const analysisFile = '.overgrow/demo/analysis.json';
const manifest = 'examples/shop/overgrow.yaml';

const journey = [
  { kind: 'cutover', name: 'first cutover', text: 'reviews go to the service' },
  { kind: 'rollback', name: 'rollback', text: 'and back to the monolith, with all that was written meanwhile' },
  { kind: 'cutover', name: 'second cutover', text: 'and to the service again' },
] as const;

const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    process.stderr.write('\ninterrupted: ending the processes, removing the databases …\n');
    interrupted.abort();
  });
}

async function main(): Promise<number> {
  const options = parseDemoArguments(process.argv.slice(2));
  if (options === 'help') {
    process.stdout.write(`${demoUsage}\n`);
    return 0;
  }
  const advice = await missing(options);
  if (advice !== undefined) {
    process.stderr.write(`${advice}\n`);
    return 3;
  }
  const story = createStory();
  await using undo = new AsyncDisposableStack();
  try {
    return await tell(story, options, undo);
  } catch (error) {
    if (interrupted.signal.aborted) return 130;
    story.bad(error instanceof Error ? error.message : String(error));
    return 1;
  }
}

/** What this machine lacks for the demo, with what to do; undefined when nothing. */
async function missing(options: DemoOptions): Promise<string | undefined> {
  const binaries = locateBinaries();
  if (options.database === undefined && binaries.kind === 'missing') {
    return `The demo brings its own PostgreSQL, but ${binaries.reason}.\nName a server that you have: npm run demo -- --database postgres://user:password@host:5432/postgres (superuser, wal_level=logical)`;
  }
  for (const port of [options.port, options.port + 1]) {
    if (await isPortTaken(port)) {
      return `Port ${port} of this machine is taken by another program.\nChoose another pair of ports: npm run demo -- --port ${options.port + 100}`;
    }
  }
  return undefined;
}

async function tell(story: Story, options: DemoOptions, undo: AsyncDisposableStack): Promise<number> {
  story.chapter(
    'Start',
    'a shop in production: an Express monolith on PostgreSQL, and the service that shall take its reviews',
  );
  const server =
    options.database === undefined ? undo.use(await startPostgres({ settings: { fsync: 'on' } })) : undefined;
  const stage = undo.use(
    await startStage({
      serverUrl: serverUrlOf(options, server),
      scale: options.scale,
      ports: { proxy: options.port, admin: options.port + 1 },
      onStep: (step) => story.live(step),
      signal: interrupted.signal,
    }),
  );
  story.good(`the shop answers on ${stage.monolithUrl}, the reviews service on ${stage.serviceUrl}, still empty`);

  interrupted.signal.throwIfAborted();
  story.chapter('See', 'overgrow analyze examples/shop');
  await see(story, stage);

  interrupted.signal.throwIfAborted();
  story.chapter('Declare', `${manifest}: what moves, where to, and how its tables are reshaped`);
  const doctor = await stage.overgrow('doctor');
  if (doctor.code !== 0) {
    story.bad('overgrow doctor found what this server lacks; nothing was created');
    story.line(doctor.stdout.trimEnd());
    return 3;
  }
  story.good('overgrow doctor: machine, manifest and both databases have what it takes');
  const up = await stage.startUp();
  story.good(`overgrow up: the front door is ${stage.url}, the state page ${up.adminUrl}`);

  const load = undo.use(await startLoad(loadOrder(stage, options)));
  const live = followLoad(story, load);
  load.mark('while the first copy runs');
  story.good(`load: ${options.ratePerSecond} requests/s through the front door, closed loop, nothing is retried`);

  story.chapter('Replicate', 'the reviews are copied and followed while customers write');
  await followPhases(story, up);
  load.mark('before, on the monolith');
  story.line('half of the readers now read from the service');
  await up.request('PUT', `/api/contexts/${context}/weight`, { weight: '50%' });
  await rest(options);

  const switches: Switch[] = [];
  for (const leg of journey) {
    switches.push(await move(story, stage, up, load, live, leg));
    await rest(options);
  }

  story.chapter('Prove', 'every write that was acknowledged, looked up in both databases');
  const outcome = await prove(stage, up, load, switches);
  for (const [name, value] of outcomeLines(outcome)) story.line(`${name.padEnd(46)} ${value}`);
  for (const failure of outcome.summary.failures.slice(0, 5)) {
    story.bad(`${failure.step} during "${failure.during}": ${failure.status ?? 'no answer'} ${failure.message}`);
  }
  const details = [...outcome.verdict.lost, ...outcome.verdict.doubled, ...outcome.verdict.mismatched];
  for (const detail of details.slice(0, 5)) story.bad(detail);
  const broken = brokenPromises(outcome);
  if (broken.length === 0) story.good('no request failed, no write was lost or doubled');
  else story.bad(broken.join(', '));
  story.line(`the analysis report lies in ${analysisFile}`);
  if (options.keep) await keepRunning(story, stage, up);
  return broken.length === 0 ? 0 : 1;
}

function serverUrlOf(options: DemoOptions, server: PostgresServer | undefined): string {
  const url = options.database ?? server?.url();
  if (url === undefined) throw new Error('there is neither an embedded nor a given PostgreSQL server');
  return url;
}

function loadOrder(stage: Stage, options: DemoOptions) {
  return { url: stage.url, shoppers: 16, ratePerSecond: options.ratePerSecond, seed: 2026 };
}

async function see(story: Story, stage: Stage): Promise<void> {
  const report = await stage.overgrow('analyze', 'examples/shop', '--json', '--output', analysisFile);
  if (report.code !== 0) throw new Error(`overgrow analyze ended with ${report.code}: ${report.stderr}`);
  const screen = await stage.overgrow('analyze', 'examples/shop');
  story.line(screen.stdout.trimEnd());
}

/** Shows the live figures, and gives the newest. */
function followLoad(story: Story, load: Load): () => string {
  let newest = '';
  load.onSecond(({ requests, p99Ms, failed, cut }) => {
    newest = `${requests} requests/s, p99 ${p99Ms.toFixed(0)} ms, ${failed} failed, ${cut} cut`;
    story.live(newest);
  });
  return () => newest;
}

interface ContextStatus {
  readonly context: string;
  readonly phase: string;
  readonly owner: string;
  readonly gates: readonly { readonly name: string; readonly verdict: { readonly kind: 'pass' | 'fail' } }[];
}

/** On a busy machine the bridge may be a second behind just now; a person would wait, too. */
const untilGatesPass = (up: RunningUp) =>
  up.until('/api/status', 'ready to move', (body) => {
    interrupted.signal.throwIfAborted();
    const gates = contextOf(body)?.gates ?? [];
    return gates.every(({ name, verdict }) => name === 'operator-named' || verdict.kind === 'pass');
  });

const contextOf = (body: unknown): ContextStatus | undefined =>
  (body as { contexts: readonly ContextStatus[] }).contexts.find((one) => one.context === context);

async function followPhases(story: Story, up: RunningUp): Promise<void> {
  let phase = '';
  await up.until('/api/status', 'ready for a cutover', (body) => {
    interrupted.signal.throwIfAborted();
    const now = contextOf(body)?.phase ?? '';
    if (now !== phase && now !== '') story.good(now);
    phase = now;
    return phase === 'reading';
  });
}

async function move(
  story: Story,
  stage: Stage,
  up: RunningUp,
  load: Load,
  live: () => string,
  leg: (typeof journey)[number],
): Promise<Switch> {
  interrupted.signal.throwIfAborted();
  const { kind, name, text } = leg;
  story.chapter(kind === 'cutover' ? 'Cutover' : 'Rollback', `overgrow ${kind} ${context} --execute: ${text}`);
  await untilGatesPass(up);
  if (leg === journey[0]) story.line((await stage.overgrow(kind, context)).stdout.trimEnd());
  load.mark(`during the ${name}`);
  const answer = await stage.overgrow(kind, context, '--execute', '--by', 'demo', '--json');
  if (answer.code !== 0)
    throw new Error(`overgrow ${kind} ended with ${answer.code}: ${answer.stdout} ${answer.stderr}`);
  const outcome = JSON.parse(answer.stdout) as {
    readonly record: { readonly owner: string };
    readonly fenceMs: number;
    readonly released: { readonly longestHeldMs: number } | null;
  };
  await pause(1000, undefined, { signal: interrupted.signal });
  load.mark(`on the ${outcome.record.owner}, after the ${name}`);
  story.good(
    `the ${outcome.record.owner} owns ${context}; writes were held for ${outcome.fenceMs.toFixed(0)} ms (${live()})`,
  );
  return { name, fenceMs: outcome.fenceMs, longestHeldMs: outcome.released?.longestHeldMs ?? 0 };
}

const rest = (options: DemoOptions) => pause(options.restSeconds * 1000, undefined, { signal: interrupted.signal });

async function prove(stage: Stage, up: RunningUp, load: Load, switches: readonly Switch[]): Promise<DemoOutcome> {
  const summary = await load.stop();
  const verified = await up.request('POST', `/api/contexts/${context}/verify`);
  const report = verified.body as { clean: boolean; rowsCompared: number; tables: readonly { differing: number }[] };
  const { monolith, service } = await readBothDatabases(
    stage.databases.shop.ownerUrl,
    stage.databases.reviews.ownerUrl,
  );
  return {
    summary,
    verdict: judgeHistory(summary.writes, { monolith, service }),
    switches,
    rowsCompared: report.rowsCompared,
    differingRows: report.tables.reduce((sum, table) => sum + table.differing, 0),
  };
}

async function keepRunning(story: Story, stage: Stage, up: RunningUp): Promise<void> {
  story.chapter('Keep', 'all of it goes on running until you press Ctrl-C');
  story.line(`front door   ${stage.url}`);
  story.line(`state page   ${up.adminUrl}/?token=${up.token}`);
  story.line(`monolith     ${stage.monolithUrl}   database ${stage.databases.shop.ownerUrl}`);
  story.line(`service      ${stage.serviceUrl}   database ${stage.databases.reviews.ownerUrl}`);
  story.line('');
  story.line('In another terminal, paste this, and every command of overgrow finds this one:');
  for (const [name, value] of Object.entries(stage.environment)) story.line(`export ${name}='${value}'`);
  await new Promise((resolve) => interrupted.signal.addEventListener('abort', resolve));
}

process.exitCode = await main();
