import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { resolveTool } from '../../scripts/run-tool-process.ts';
import { root } from './repository-files.ts';

/*
 * Lint is where the architecture is enforced, so the rules are tested as code is: each wrong file is written into a copy
 * of the repository's frame, and lint must refuse it with a reason that helps. Each right one must pass.
 */

interface Wrong {
  readonly file: string;
  readonly text: string;
  readonly reason: RegExp;
}

const wrong: Readonly<Record<string, Wrong>> = {
  'a part that imports another part': {
    file: 'cdc/apply/ask-proxy.ts',
    text: "import { createProxy } from '@overgrow/strangler-proxy';\nexport const proxy = createProxy;\n",
    reason: /cdc may not import strangler-proxy: parts meet in the manifest/,
  },
  'a part that reaches into the folder of another': {
    file: 'orchestrator/phase/reach.ts',
    text: "import { apply } from '../../cdc/apply/apply.ts';\nexport const reach = apply;\n",
    reason: /orchestrator may not import cdc/,
  },
  'core that imports a part': {
    file: 'core/state/peek.ts',
    text: "import { analyze } from '@overgrow/analyzer';\nexport const peek = analyze;\n",
    reason: /core may not import analyzer/,
  },
  'a file named for an effect that imports another part': {
    file: 'cdc/apply/proxy-client.ts',
    text: "import { createProxy } from '@overgrow/strangler-proxy';\nexport const proxy = createProxy;\n",
    reason: /cdc may not import strangler-proxy/,
  },
  'a decision that reads files': {
    file: 'analyzer/graph/decide.ts',
    text: "import { readFileSync } from 'node:fs';\nexport const decide = () => readFileSync('x', 'utf8');\n",
    reason: /Effects have names: import node:fs only in a file called/,
  },
  'a decision that talks to the database': {
    file: 'orchestrator/phase/decide.ts',
    text: "import { Client } from 'pg';\nexport const client = () => new Client();\n",
    reason: /Effects have names: import pg only/,
  },
  'a decision that asks the clock': {
    file: 'orchestrator/gates/late.ts',
    text: 'export const late = (since: number): boolean => Date.now() - since > 1000;\n',
    reason: /Time and randomness come in as arguments/,
  },
  'a decision that draws lots': {
    file: 'strangler-proxy/sticky/lot.ts',
    text: 'export const lot = (): number => Math.random();\n',
    reason: /Time and randomness come in as arguments/,
  },
  'a decision that asks the network': {
    file: 'cli/doctor/ask.ts',
    text: "export const ask = (): Promise<Response> => fetch('http://127.0.0.1');\n",
    reason: /call fetch only in a file called/,
  },
  'what Node.js 22 does not have': {
    file: 'cli/up/stack-process.ts',
    text: 'export const stack = new AsyncDisposableStack();\n',
    reason: /Node\.js 22 has no AsyncDisposableStack/,
  },
  'a default export': {
    file: 'core/units/duration.ts',
    text: 'const duration = 1;\nexport default duration;\n',
    reason: /default export/i,
  },
  any: {
    file: 'core/units/size.ts',
    text: 'export const size = (given: any): number => Number(given);\n',
    reason: /any/,
  },
  'an assertion that something is there': {
    file: 'core/units/first.ts',
    text: 'export const first = (given: readonly string[]): string => given[0]!;\n',
    reason: /non-null/i,
  },
  'a file name in camel case': {
    file: 'core/units/byteSize.ts',
    text: 'export const byteSize = 1;\n',
    reason: /kebab/i,
  },
  'a file of 401 lines': {
    file: 'core/units/long.ts',
    text: Array.from({ length: 401 }, (_, line) => `export const line${line} = ${line};\n`).join(''),
    reason: /too many lines \(401\)/i,
  },
  'a promise that nobody waits for': {
    file: 'core/units/floating.ts',
    text: 'const later = async () => 1;\nexport function forget(): void {\n  later();\n}\n',
    reason: /promise/i,
  },
  'output past the terminal': {
    file: 'core/units/loud.ts',
    text: "console.log('loud');\n",
    reason: /console/,
  },
};

const right: Readonly<Record<string, string>> = {
  'analyzer/source/project-files.ts':
    "import { readFileSync } from 'node:fs';\nexport const load = () => readFileSync('x', 'utf8');\n",
  'cdc/sink/postgres-sink.ts': "import { Client } from 'pg';\nexport const client = () => new Client();\n",
  'cdc/sink/client-type.ts': "import type { Client } from 'pg';\nexport type Connection = Pick<Client, 'query'>;\n",
  'strangler-proxy/route/route.test.ts':
    "import { createServer } from 'node:http';\nexport const server = createServer;\n",
  'orchestrator/phase/next.ts': "import { systemClock } from '@overgrow/core';\nexport const next = systemClock;\n",
};

interface Diagnostic {
  readonly message: string;
  readonly help?: string;
  readonly filename: string;
}

let folder: string;
let diagnostics: readonly Diagnostic[];

function write(file: string, text: string): void {
  mkdirSync(path.join(folder, path.dirname(file)), { recursive: true });
  writeFileSync(path.join(folder, file), text);
}

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'overgrow-lint-'));
  for (const file of [
    'oxlint.config.ts',
    'package.json',
    'tsconfig.json',
    'tsconfig.base.json',
    'scripts/architecture.ts',
  ])
    cpSync(path.join(root, file), path.join(folder, file));
  symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'), 'junction');
  for (const { file, text } of Object.values(wrong)) write(file, text);
  for (const [file, text] of Object.entries(right)) write(file, text);
  const output = lint(['--type-aware', '--format', 'json']);
  diagnostics = (JSON.parse(output) as { diagnostics: Diagnostic[] }).diagnostics;
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** oxlint ends with 1 when it has found something, which here it must. */
function lint(args: readonly string[]): string {
  try {
    return execFileSync(process.execPath, [resolveTool('oxlint'), ...args], { cwd: folder, encoding: 'utf8' });
  } catch (error) {
    const { stdout } = error as { stdout?: string };
    if (stdout === undefined || stdout === '') throw error;
    return stdout;
  }
}

const said = (file: string) =>
  diagnostics.filter(({ filename }) => filename.endsWith(file)).map(({ message, help }) => `${message} ${help ?? ''}`);

describe('lint refuses', () => {
  test.each(Object.keys(wrong))('%s', (name) => {
    const { file, reason } = wrong[name]!;
    expect(said(file).join('\n')).toMatch(reason);
  });
});

describe('lint accepts', () => {
  test.each(Object.keys(right))('%s', (file) => {
    expect(said(file)).toEqual([]);
  });
});
