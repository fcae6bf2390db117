import { renderDuration, renderShare, renderSize, type ContextStatus, type SystemStatus } from '@overgrow/core';
import { Command } from 'commander';
import { askAdmin } from '../admin/admin-client.ts';
import { readManifest, withManifest, type ManifestOption } from '../manifest-option.ts';
import type { Outcome } from '../program.ts';
import { renderTable } from '../table.ts';
import { paint, type Terminal } from '../terminal.ts';
import { readRunRecord, runFileOf } from '../up/run-files.ts';

interface Options extends ManifestOption {
  readonly json?: boolean;
}

/** `overgrow status`: what a running `overgrow up` knows. */
export function statusCommand(terminal: Terminal, _outcome: Outcome): Command {
  return withManifest(new Command('status'))
    .description('Show phases, owners, weights, lag and gates of a running overgrow.')
    .option('--json', 'as JSON')
    .action(async (options: Options) => {
      const { stateFolder } = await readManifest(terminal, options);
      const status = await askAdmin(await readRunRecord(runFileOf(stateFolder)), 'GET', '/api/status');
      terminal.print(options.json ? JSON.stringify(status, null, 2) : renderStatus(terminal, status as SystemStatus));
    });
}

export function renderStatus(terminal: Pick<Terminal, 'colour'>, status: SystemStatus): string {
  const contexts = renderTable(
    ['context', 'phase', 'owner', 'epoch', 'lag', 'behind', 'next'],
    status.contexts.map((context) => {
      const link = context.links?.[context.owner === 'monolith' ? 'forward' : 'reverse'];
      const lag = link === undefined ? ['-', '-'] : [renderDuration(Math.round(link.lagMs)), renderSize(link.lagBytes)];
      return [context.context, context.phase, context.owner, String(context.epoch), ...lag, nextOf(context)];
    }),
  );
  const routes = renderTable(
    ['route', 'context', 'weight', 'requests/s', 'p99', 'errors', 'held'],
    status.routes.map((route) => [
      route.name,
      route.context,
      renderShare(route.weight),
      route.ratePerSecond.toFixed(1),
      route.p99Ms === null ? '-' : `${route.p99Ms.toFixed(1)} ms`,
      String(route.errors),
      String(route.held),
    ]),
  );
  const problems = status.contexts.flatMap(({ context, problem }) =>
    problem === null
      ? []
      : [
          paint(terminal, 'red', `${context}: ${problem.message}`),
          ...(problem.hint === null ? [] : [`  ${problem.hint}`]),
        ],
  );
  const lease =
    status.lease.kind === 'held'
      ? []
      : [paint(terminal, 'yellow', `The orchestrator's lease is ${status.lease.kind}.`)];
  const waits = status.contexts.flatMap((context) =>
    failedGates(context).map(({ name, verdict }) => `${context.context} waits for ${name}: ${verdict.reason}`),
  );
  const blocks = [contexts, routes, waits.join('\n'), problems.join('\n'), lease.join('\n')];
  return blocks.filter((block) => block !== '').join('\n\n');
}

/** What may be asked for, and what stands in its way. */
function nextOf(context: ContextStatus): string {
  if (context.step !== null) return context.step;
  if (context.next === null) return '-';
  const failed = failedGates(context).map((gate) => gate.name);
  return failed.length === 0 ? `${context.next}: ready` : `${context.next}: waits for ${failed.join(', ')}`;
}

/** Who answers for an attempt is said with it, so that this gate is never met beforehand. */
function failedGates({ next, gates }: ContextStatus) {
  if (next === null) return [];
  return gates.filter((gate) => gate.verdict.kind === 'fail' && gate.name !== 'operator-named');
}
