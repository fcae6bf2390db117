import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { runNpm, type SystemNpm } from './system-npm-process.ts';

/** The oldest Node.js that the packages promise to run on. */
const oldest = '22.19.0';

const manifest = `version: 1
monolith: { url: "http://127.0.0.1:9" }
contexts: { reviews: {} }
proxy: { listen: "127.0.0.1:0" }
admin: { listen: "127.0.0.1:0" }
`;

/**
 * Starts the installed `overgrow up` on the oldest Node.js, asks it for its status, and ends it with Ctrl-C: the state store,
 * the proxy and the admin port run there. Undefined where no such Node.js is packaged for this platform.
 */
export async function tryOnOldestNode(npm: SystemNpm, project: string): Promise<string | undefined> {
  if (process.platform !== 'linux' || !['x64', 'arm64'].includes(process.arch)) return undefined;
  const name = `node-linux-${process.arch}`;
  const folder = path.join(project, 'oldest node');
  mkdirSync(folder);
  runNpm(npm, folder, ['install', '--no-save', '--prefix', folder, `${name}@${oldest}`]);
  const node = path.join(folder, 'node_modules', name, 'bin', 'node');
  const main = path.join(project, 'node_modules', 'overgrow', 'dist', 'main.js');
  writeFileSync(path.join(folder, 'overgrow.yaml'), manifest);

  const up = spawn(node, [main, 'up', '--json'], { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise<number | null>((resolve) => up.once('exit', resolve));
  try {
    for await (const line of createInterface({ input: up.stdout })) if (line.includes('"listening"')) break;
    const status = execFileSync(node, [main, 'status', '--json'], { cwd: folder, encoding: 'utf8' });
    const [context] = (JSON.parse(status) as { contexts: readonly { owner: string }[] }).contexts;
    if (context?.owner !== 'monolith') throw new Error(`status on Node.js ${oldest} says ${status}`);
  } finally {
    up.kill('SIGINT');
  }
  const code = await ended;
  if (code !== 130) throw new Error(`overgrow up on Node.js ${oldest} ended with ${code} at Ctrl-C, not with 130`);
  return oldest;
}
