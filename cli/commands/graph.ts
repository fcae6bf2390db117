import {
  explainAccess,
  extractFacts,
  findCycles,
  findDependents,
  moduleGraph,
  readFacts,
  renderDrawing,
  renderSteps,
  shortestPath,
  type Facts,
  type Step,
} from '@overgrow/analyzer';
import { OvergrowError } from '@overgrow/core';
import { Command } from 'commander';
import { join } from 'node:path';
import type { Outcome } from '../program.ts';
import type { Terminal } from '../terminal.ts';

interface Options {
  readonly facts?: string;
  readonly cycles?: boolean;
  readonly path?: readonly string[];
  readonly dependents?: string;
  readonly why?: readonly string[];
  readonly types: boolean;
  readonly format: string;
  readonly cache: boolean;
}

interface Answer {
  readonly text: string;
  readonly steps: readonly Step[];
}

/** `overgrow graph [path]`: asks the facts who depends on whom, and why. */
export function graphCommand(terminal: Terminal, _outcome: Outcome): Command {
  return new Command('graph')
    .description('Ask who depends on whom, and why an endpoint touches a table. Without a question: all imports.')
    .argument('[path]', 'folder of the monolith', '.')
    .option('--cycles', 'modules that import each other in a circle, one shortest round each')
    .option('--path <modules...>', 'the shortest way by imports from one module to another')
    .option('--dependents <module>', 'everything that imports a module, directly or not')
    .option('--why <endpoint and entity...>', 'the calls by which an endpoint reads or writes an entity')
    .option('--types', 'count imports of types as well', false)
    .option('--facts <file>', 'ask these facts instead of a folder')
    .option('--format <format>', 'text, json, dot or mermaid', 'text')
    .option('--no-cache', 'read every file anew instead of what .overgrow/cache knows of unchanged ones')
    .action(async (path: string, options: Options) => {
      const { format } = options;
      if (format !== 'text' && format !== 'json' && format !== 'dot' && format !== 'mermaid')
        throw new OvergrowError('USAGE_INVALID', `There is no format "${format}".`, {
          hint: 'Use text, json, dot or mermaid.',
        });
      const cache = options.cache ? { cacheFolder: join(path, '.overgrow/cache') } : {};
      const facts = options.facts === undefined ? await extractFacts(path, cache) : await readFacts(options.facts);
      const { text, steps } = answer(facts, options);
      if (format === 'text') terminal.print(text);
      else terminal.print(format === 'json' ? JSON.stringify(steps, null, 2) : renderDrawing(steps, format));
    });
}

function answer(facts: Facts, options: Options): Answer {
  const graph = moduleGraph(facts, options);
  if (options.cycles === true) {
    const cycles = findCycles(graph);
    const text = cycles.length === 0 ? 'No cycle.' : cycles.map(renderSteps).join('\n\n');
    return { text, steps: cycles.flat() };
  }
  if (options.path !== undefined) {
    const [from, to] = twoOf(options.path, '--path takes two modules: --path src/a.ts src/b.ts.');
    for (const id of [from, to]) requireKnown(id, [...graph.keys()], 'module');
    const steps = shortestPath(graph, [from], (id) => id === to);
    return { text: steps === undefined ? `${from} does not lead to ${to}.` : renderSteps(steps), steps: steps ?? [] };
  }
  if (options.dependents !== undefined) {
    requireKnown(options.dependents, [...graph.keys()], 'module');
    const steps = findDependents(graph, options.dependents);
    const lines = steps.map(
      ({ from, to, place }) => `${from}  imports ${to}${place === undefined ? '' : `  (${place})`}`,
    );
    return { text: steps.length === 0 ? `Nothing imports ${options.dependents}.` : lines.join('\n'), steps };
  }
  if (options.why !== undefined) return why(facts, options.why);
  const steps = [...graph.values()].flat();
  return { text: steps.map(({ from, to }) => `${from} → ${to}`).join('\n'), steps };
}

function why(facts: Facts, question: readonly string[]): Answer {
  const [endpoint, entity] = twoOf(
    question,
    "--why takes an endpoint and an entity: --why 'GET /orders' public.orders.",
  );
  requireKnown(
    endpoint,
    (facts.endpoints ?? []).map(({ id }) => id),
    'endpoint',
  );
  requireKnown(
    entity,
    (facts.entities ?? []).map(({ id }) => id),
    'entity',
  );
  const reasons = explainAccess(facts, endpoint, entity);
  if (reasons.length === 0)
    return { text: `${endpoint} does not touch ${entity}, as far as calls can be followed.`, steps: [] };
  const parts = reasons.map(({ mode, unit, place, steps }) => {
    const way = steps.length === 0 ? unit : renderSteps(steps);
    return `${endpoint} ${mode}s ${entity}:\n${way}\n  ${mode}s ${entity}${place === undefined ? '' : `  (${place})`}`;
  });
  return { text: parts.join('\n\n'), steps: reasons.flatMap(({ steps }) => steps) };
}

function twoOf(values: readonly string[], usage: string): readonly [string, string] {
  const [first, second, third] = values;
  if (first !== undefined && second !== undefined && third === undefined) return [first, second];
  throw new OvergrowError('USAGE_INVALID', usage);
}

function requireKnown(id: string, known: readonly string[], what: string): void {
  if (known.includes(id)) return;
  const alike = known.filter((other) => other.includes(id) || id.includes(other)).slice(0, 3);
  throw new OvergrowError('USAGE_INVALID', `There is no ${what} ${id} in the facts.`, {
    hint: alike.length === 0 ? `A ${what} is named as the facts name it.` : `Is it ${alike.join(' or ')}?`,
  });
}
