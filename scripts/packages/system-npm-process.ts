import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';

/** How to start the npm that started us, or the one in the PATH. */
export interface SystemNpm {
  readonly command: string;
  readonly args: readonly string[];
  /** The environment of a person at a shell: without what `npm run` adds, with a Node that can run the packages. */
  readonly env: NodeJS.ProcessEnv;
}

/** Finds the system's npm. A system Node too old for the published packages is hidden by ours. */
export function findSystemNpm(environment: NodeJS.ProcessEnv = process.env): SystemNpm {
  const { npm_execpath: script, npm_node_execpath: node } = environment;
  const env = Object.fromEntries(
    Object.entries(environment).filter(([name]) => !/^(npm_|INIT_CWD$|NODE_OPTIONS$)/i.test(name)),
  );
  // Settings of the machine that a person's npm would have too: where packages are kept and come from.
  for (const name of ['npm_config_cache', 'npm_config_registry', 'npm_config_userconfig']) {
    const value = environment[name];
    if (value !== undefined) env[name] = value;
  }
  env['PATH'] = `${path.dirname(process.execPath)}${path.delimiter}${environment['PATH'] ?? ''}`;
  if (script !== undefined && node !== undefined && /npm-cli\.[cm]?js$/.test(script) && existsSync(script))
    return { command: node, args: [script], env };
  return { command: 'npm', args: [], env };
}

/** Runs npm in `folder` and returns what it printed. Throws with npm's own words when it fails. */
export function runNpm(npm: SystemNpm, folder: string, args: readonly string[]): string {
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];
  return execFileSync(npm.command, [...npm.args, ...quiet, ...args], {
    cwd: folder,
    env: npm.env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}
