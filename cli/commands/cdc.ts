import {
  OvergrowError,
  openStateStore,
  renderDuration,
  renderSize,
  systemClock,
  type ContextStatus,
  type Manifest,
  type SystemStatus,
  type TrafficObserver,
  type TrafficPort,
  type VerifyReport,
} from '@overgrow/core';
import { createHttpHealth, createOrchestrator } from '@overgrow/orchestrator';
import { randomBytes } from 'node:crypto';
import { Command } from 'commander';
import { askAdmin } from '../admin/admin-client.ts';
import { createCommandLogger } from '../command-logger.ts';
import { faultsOf } from '../faults-process.ts';
import { readManifest, withManifest, type ManifestOption } from '../manifest-option.ts';
import type { Outcome } from '../program.ts';
import { renderTable } from '../table.ts';
import type { Terminal } from '../terminal.ts';
import { unlessAborted } from '../unless-aborted.ts';
import { captureCommand } from './cdc-capture.ts';
import { createBridges, withBridges } from '../up/bridges.ts';
import { readRunRecord, runFileOf } from '../up/run-files.ts';

interface Options extends ManifestOption {
  readonly json?: boolean;
}

/** `overgrow cdc run|status|verify|capture`: the bridges alone. */
export function cdcCommand(terminal: Terminal, outcome: Outcome): Command {
  const cdc = new Command('cdc').description(
    'The bridges alone: copy and follow tables, look at their state, verify them.',
  );
  cdc.addCommand(
    withManifest(new Command('run'))
      .description(
        'Copy and follow the tables under replication: until Ctrl-C. `overgrow up` does the same, with a front door.',
      )
      .action((options: Options) => run(terminal, outcome, options)),
  );
  cdc.addCommand(
    withManifest(new Command('status'))
      .description('Both directions of each bridge, as the overgrow that runs them knows them.')
      .option('--json', 'as JSON')
      .action((options: Options) => status(terminal, options)),
  );
  cdc.addCommand(
    withManifest(new Command('verify'))
      .description('Compare all rows of a context in both databases through the mapping. Exit 1 when they differ.')
      .argument('<context>', 'the bounded context')
      .option('--reverse', 'from the service to the monolith, as after a switch')
      .option('--json', 'as JSON')
      .action((context: string, options: Options & { readonly reverse?: boolean }) =>
        verify(terminal, outcome, context, options),
      ),
  );
  cdc.addCommand(captureCommand(terminal, outcome));
  return cdc;
}

async function run(terminal: Terminal, outcome: Outcome, options: Options): Promise<void> {
  outcome.endsInOrder = true;
  const { manifest, folder } = await readManifest(terminal, options);
  const surroundings = surroundingsOf(terminal, manifest);
  await using store = await openStateStore(manifest.state, { clock: systemClock, baseFolder: folder });
  await using orchestrator = createOrchestrator({
    ...surroundings,
    store,
    traffic: noProxies,
    bridges: createBridges(manifest, surroundings),
    contexts: Object.keys(manifest.contexts),
    health: createHttpHealth({}),
    limits: manifest.cutover,
    holder: `cdc-${process.pid}-${randomBytes(4).toString('hex')}`,
  });
  await unlessAborted(orchestrator.start(), terminal.signal);
  while (!terminal.signal.aborted) {
    const { contexts } = await orchestrator.status();
    terminal.progress(
      contexts
        .map(
          ({ context, phase, links }) =>
            `${context}: ${phase}, ${links?.forward.changesApplied ?? 0} changes, ${renderSize(links?.forward.lagBytes ?? 0)} behind`,
        )
        .join(' · '),
    );
    await systemClock.sleep(1000, terminal.signal).catch(() => {});
  }
}

/** No context can be switched without a front door: the gate `proxies-current` refuses, since none is in contact. */
const noProxies: TrafficPort & TrafficObserver = {
  status: async () => ({ proxies: 0, contexts: [], routes: [] }),
  learn: async () => {},
  arm: async () => {},
  fence: async () => ({ waitedFor: 0, waitedMs: 0, heldNow: 0 }),
  release: async () => ({ released: 0, gone: 0, longestHeldMs: 0 }),
  withdraw: async () => ({ released: 0, gone: 0, longestHeldMs: 0 }),
  setWeight: async () => {},
};

async function status(terminal: Terminal, options: Options): Promise<void> {
  const all = await readLinks(terminal, options);
  if (options.json) return terminal.print(JSON.stringify(all, null, 2));
  const rows = all.flatMap(({ context, forward, reverse }) =>
    [forward, reverse].map((link) => [
      context,
      link.direction,
      link.state.kind,
      link.open ? 'open' : 'closed',
      link.appliedPosition ?? '-',
      link.appliedPosition === null ? '-' : renderSize(link.lagBytes),
      link.appliedPosition === null ? '-' : renderDuration(Math.round(link.lagMs)),
      String(link.violations),
      String(link.missingRows),
    ]),
  );
  terminal.print(
    renderTable(
      ['context', 'direction', 'state', 'stretch', 'applied', 'behind', 'lag', 'violations', 'missing rows'],
      rows,
    ),
  );
}

/** The process that runs the links knows them; where none runs, all that can be said is that they are stopped. */
async function readLinks(terminal: Terminal, options: Options): Promise<readonly ContextLinks[]> {
  const loaded = await readManifest(terminal, options);
  const record = await readRunRecord(runFileOf(loaded.stateFolder)).catch(() => undefined);
  const asked = record === undefined ? undefined : await askAdmin(record, 'GET', '/api/status').catch(() => undefined);
  if (asked !== undefined) {
    const { contexts } = asked as SystemStatus;
    return contexts.flatMap(({ context, links }) => (links === null ? [] : [{ context, ...links }]));
  }
  return withBridges(loaded.manifest, surroundingsOf(terminal, loaded.manifest), (bridges) =>
    Promise.all(bridges.map(async (bridge) => ({ context: bridge.context, ...(await bridge.status()) }))),
  );
}

type ContextLinks = NonNullable<ContextStatus['links']> & { readonly context: string };

async function verify(
  terminal: Terminal,
  outcome: Outcome,
  context: string,
  options: Options & { readonly reverse?: boolean },
): Promise<void> {
  const { manifest } = await readManifest(terminal, options);
  const report = await withBridges(manifest, surroundingsOf(terminal, manifest), async (bridges) => {
    const bridge = bridges.find((one) => one.context === context);
    if (bridge !== undefined) return bridge.verify(options.reverse ? 'reverse' : 'forward', terminal.signal);
    throw new OvergrowError('USAGE_INVALID', `The manifest has no replication of a context "${context}".`, {
      hint: `It has: ${bridges.map((one) => one.context).join(', ') || 'none'}.`,
    });
  });
  if (!report.clean) outcome.exitCode = 1;
  terminal.print(options.json ? JSON.stringify(report, null, 2) : renderVerify(report));
}

function renderVerify(report: VerifyReport): string {
  const tables = renderTable(
    ['table', 'source rows', 'target rows', 'differing'],
    report.tables.map((table) => [table.table, String(table.source), String(table.target), String(table.differing)]),
  );
  const samples = report.samples.map((sample) => `  ${sample.table} ${sample.key}: ${sample.kind}`);
  return [tables, ...samples, report.clean ? 'Both sides agree.' : 'The sides differ.'].join('\n');
}

const surroundingsOf = (terminal: Terminal, manifest: Manifest) => ({
  clock: systemClock,
  logger: createCommandLogger(terminal, manifest),
  faults: faultsOf(terminal.env),
});
