import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import path from 'node:path';

/** The root of the repository. */
export const root = path.resolve(import.meta.dirname, '..');

/** The JavaScript file of a package's command, to be run by this Node whatever the system's one is. */
export function resolveTool(packageName: string, command = packageName): string {
  const manifestFile = createRequire(import.meta.url).resolve(`${packageName}/package.json`);
  const { bin } = JSON.parse(readFileSync(manifestFile, 'utf8')) as { bin?: string | Record<string, string> };
  const file = typeof bin === 'string' ? bin : bin?.[command];
  if (file === undefined) throw new Error(`${packageName} has no command ${command}`);
  return path.join(path.dirname(manifestFile), file);
}

/** Runs a command to its end with our terminal and returns its exit code. */
export function run(command: string, args: readonly string[], cwd = root, env = process.env): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, stdio: 'inherit' });
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? 130 : 1)));
  });
}

/** Runs a development tool of ours on this Node. */
export const runTool = (packageName: string, args: readonly string[], command = packageName) =>
  run(process.execPath, [resolveTool(packageName, command), ...args]);
