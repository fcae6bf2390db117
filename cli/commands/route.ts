import { readFacts } from '@overgrow/analyzer';
import { OvergrowError } from '@overgrow/core';
import {
  compileProxyConfig,
  createExplainer,
  createSimulation,
  lintRoutes,
  parseAccessLogLine,
  type Explanation,
} from '@overgrow/strangler-proxy';
import { Command } from 'commander';
import { askAdmin } from '../admin/admin-client.ts';
import { readManifest, withManifest, type ManifestOption } from '../manifest-option.ts';
import type { Outcome } from '../program.ts';
import { readLogLines } from '../route/access-log-source.ts';
import { assumeContexts } from '../route/contexts-assumed.ts';
import { renderExplanation, renderLint, renderSimulation } from '../route/render-route.ts';
import type { Terminal } from '../terminal.ts';
import { readRunRecord, runFileOf } from '../up/run-files.ts';

interface Assumptions extends ManifestOption {
  readonly json?: boolean;
  readonly owner: readonly string[];
  readonly weight: readonly string[];
}

/** `overgrow route`: questions about routes, answered without a request. */
export function routeCommand(terminal: Terminal, outcome: Outcome): Command {
  return new Command('route')
    .description('Ask about routes: where one request goes, what is unreachable, what a change would move.')
    .addCommand(explainCommand(terminal))
    .addCommand(lintCommand(terminal, outcome))
    .addCommand(simulateCommand(terminal));
}

const collect = (value: string, all: readonly string[]) => [...all, value];
const withAssumptions = (command: Command) =>
  withManifest(command)
    .option('--owner <context=side>', 'assume that this side owns the context; monolith where not given', collect, [])
    .option('--weight <context=share>', "assume this weight; the manifest's where not given", collect, [])
    .option('--json', 'as JSON');

function explainCommand(terminal: Terminal): Command {
  return withAssumptions(new Command('explain'))
    .description('Say which route, bucket and backend one request gets, and why. Nothing is sent.')
    .argument('<method>', 'such as GET')
    .argument('<target>', 'path and query, such as /products/1?x=y')
    .option('-H, --header <line>', 'a header, such as "Cookie: sid=1"', collect, [])
    .option('--body <text>', 'the body, where a match looks at an operation')
    .option('--address <ip>', "the client's address")
    .option('--running', 'ask the running overgrow up instead of assuming who owns what')
    .action(
      async (
        method: string,
        target: string,
        options: Assumptions & { header: readonly string[]; body?: string; address?: string; running?: boolean },
      ) => {
        const { manifest, stateFolder } = await readManifest(terminal, options);
        const headers = Object.fromEntries(options.header.map(parseHeader));
        let explanation: Explanation;
        if (options.running) {
          const query = new URLSearchParams({ method, target });
          for (const line of options.header) query.append('header', line);
          if (options.body !== undefined) query.set('body', options.body);
          if (options.address !== undefined) query.set('address', options.address);
          const run = await readRunRecord(runFileOf(stateFolder));
          explanation = (await askAdmin(run, 'GET', `/proxy/explain?${query.toString()}`)) as Explanation;
        } else {
          const contextOf = assumeContexts(manifest, options.owner, options.weight);
          explanation = createExplainer(
            compileProxyConfig(manifest),
            contextOf,
          )({
            method: method.toUpperCase(),
            target,
            headers,
            ...(options.body === undefined ? {} : { body: options.body }),
            ...(options.address === undefined ? {} : { address: options.address }),
          });
        }
        terminal.print(options.json ? JSON.stringify(explanation, null, 2) : renderExplanation(explanation));
      },
    );
}

function lintCommand(terminal: Terminal, outcome: Outcome): Command {
  return withManifest(new Command('lint'))
    .description('Find matches that no request takes, and overlaps. Exit 1 when a match is unreachable.')
    .option('--facts <file>', "compare with the monolith's endpoints, from overgrow analyze --emit-facts")
    .option('--json', 'as JSON')
    .action(async (options: ManifestOption & { facts?: string; json?: boolean }) => {
      const { manifest } = await readManifest(terminal, options);
      const facts = options.facts === undefined ? undefined : await readFacts(options.facts);
      const endpoints = facts?.endpoints?.filter(({ kind }) => kind === 'http').map(({ id }) => id);
      const report = lintRoutes(compileProxyConfig(manifest).routes, endpoints);
      terminal.print(options.json ? JSON.stringify(report, null, 2) : renderLint(report));
      if (report.findings.some(({ level }) => level === 'error')) outcome.exitCode = 1;
    });
}

function simulateCommand(terminal: Terminal): Command {
  return withAssumptions(new Command('simulate'))
    .description('Send an access log (common, combined or JSON; .gz too) through the routes, and count what moves.')
    .argument('<log>', 'file, or - for stdin')
    .option('--before <manifest>', 'the manifest in force; without it, all requests go to the monolith today')
    .action(async (log: string, options: Assumptions & { before?: string }) => {
      const { manifest } = await readManifest(terminal, options);
      const after = createExplainer(
        compileProxyConfig(manifest),
        assumeContexts(manifest, options.owner, options.weight),
      );
      const old = options.before === undefined ? undefined : await readManifest(terminal, { manifest: options.before });
      const before =
        old === undefined
          ? createExplainer({ routes: [] }, () => undefined)
          : createExplainer(compileProxyConfig(old.manifest), assumeContexts(old.manifest, [], []));
      const simulation = createSimulation(before, after);
      let count = 0;
      for await (const line of readLogLines(log)) {
        simulation.add(parseAccessLogLine(line));
        if (++count % 100_000 === 0) terminal.progress(`${count} lines read`);
      }
      terminal.progress('');
      const result = simulation.result();
      terminal.print(options.json ? JSON.stringify(result, null, 2) : renderSimulation(result));
    });
}

function parseHeader(line: string): [string, string] {
  const colon = line.indexOf(':');
  if (colon > 0) return [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
  throw new OvergrowError('USAGE_INVALID', `A header is "name: value", not "${line}".`);
}
