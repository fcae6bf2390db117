import { spawn } from 'node:child_process';
import path from 'node:path';

export interface ProcessCost {
  readonly wallMs: number;
  /** User and system time of the child and what it started. */
  readonly cpuMs: number;
  readonly peakBytes: number;
  readonly output: string;
}

export type Measured =
  | { readonly kind: 'measured'; readonly cost: ProcessCost }
  | { readonly kind: 'failed'; readonly reason: string };

export interface MeasuredScript {
  readonly script: string;
  readonly args: readonly string[];
  readonly needsTypeScriptApi: boolean;
}

/** Runs a script of this folder in a Node process of its own. It reports its own resource usage as its last line. */
export async function measureProcess({ script, args, needsTypeScriptApi }: MeasuredScript): Promise<Measured> {
  const preload = needsTypeScriptApi ? ['--import', path.join(import.meta.dirname, 'typescript-with-api.ts')] : [];
  const start = performance.now();
  const child = spawn(process.execPath, ['--conditions=overgrow-source', ...preload, script, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [stdout, stderr, code] = await Promise.all([
    collect(child.stdout),
    collect(child.stderr),
    new Promise<number | null>((resolve) => child.once('exit', resolve)),
  ]);
  const wallMs = performance.now() - start;
  if (code !== 0) return { kind: 'failed', reason: errorLine(stderr) || `exit ${code ?? 'by signal'}` };
  const usage = JSON.parse(lastLine(stdout)) as { cpuMs: number; peakBytes: number; output: string };
  if (usage.output.startsWith('0 modules')) return { kind: 'failed', reason: 'it read no module' };
  return { kind: 'measured', cost: { wallMs, ...usage } };
}

async function collect(stream: NodeJS.ReadableStream): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += String(chunk);
  return text;
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}

function errorLine(text: string): string {
  return text.split('\n').find((line) => /^\w*Error\b/.test(line)) ?? lastLine(text);
}
