import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { tryOnOldestNode } from './packages/oldest-node-process.ts';
import { published } from './packages/published.ts';
import { findSystemNpm, runNpm } from './packages/system-npm-process.ts';
import { stagePackage } from './packages/workspace-files.ts';
import { resolveTool, root } from './run-tool-process.ts';

/*
 * `npm run pack [-- folder]`: packs the published workspaces as they were built (`npm run build`), installs the tarballs
 * into an empty project far from this repository, as a user would, and runs `npx overgrow analyze` there on a small shop.
 * What resolves only inside the repository fails here, and not on somebody's machine.
 */

const target = path.resolve(process.argv[2] ?? path.join(root, '.overgrow', 'packages'));
const elsewhere = mkdtempSync(path.join(tmpdir(), 'overgrow-pack-'));
const npm = findSystemNpm();

function packAll(): readonly string[] {
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  return published.map((workspace) => {
    const stage = path.join(elsewhere, 'stage', workspace);
    stagePackage(workspace, stage);
    const [packed] = Object.values(
      JSON.parse(runNpm(npm, stage, ['pack', '--json', '--ignore-scripts', '--pack-destination', target])) as object,
    ) as { filename: string; files: { path: string }[]; unpackedSize: number }[];
    if (packed === undefined) throw new Error(`npm pack said nothing about ${workspace}`);
    const stray = packed.files.find(({ path: file }) => /\.test\.|fixtures\/|(?<!\.d)\.ts$/.test(file));
    if (stray !== undefined) throw new Error(`${workspace}: ${stray.path} must not be published`);
    const file = path.basename(packed.filename.replace('@', '').replace('/', '-'));
    console.log(`packed ${file}: ${packed.files.length} files, ${Math.ceil(packed.unpackedSize / 1024)} kB`);
    return path.join(target, file);
  });
}

function installElsewhere(tarballs: readonly string[]): string {
  const project = path.join(elsewhere, 'an empty project');
  mkdirSync(project);
  writeFileSync(path.join(project, 'package.json'), '{ "private": true, "type": "module" }\n');
  runNpm(npm, project, ['install', ...tarballs]);
  cpSync(path.join(import.meta.dirname, 'packages/fixtures/bookshop/src'), path.join(project, 'src'), {
    recursive: true,
  });
  return project;
}

/** Runs the installed command and looks for what the little shop is made of. */
function analyzeThere(project: string): void {
  const report = runNpm(npm, project, ['exec', '--no', '--', 'overgrow', 'analyze', '.', '--json']);
  JSON.parse(report);
  const lost = ['/books/:id/reviews', 'reviews', 'books'].filter((name) => !report.includes(name));
  if (lost.length > 0) throw new Error(`the installed overgrow did not find ${lost.join(', ')} in:\n${report}`);
  console.log('npx overgrow analyze works in an empty project');
}

/** The types must resolve for a user too, who has neither our condition nor our sources. */
function checkTypesThere(project: string): void {
  const imports = published.map((workspace, index) => {
    const name = workspace === 'cli' ? 'overgrow' : `@overgrow/${workspace}`;
    return `import * as part${index} from '${name}';\nvoid part${index};\n`;
  });
  const file = path.join(project, 'user.ts');
  writeFileSync(file, imports.join(''));
  const options = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', '--target', 'es2024'];
  execFileSync(process.execPath, [resolveTool('typescript', 'tsc'), ...options, file], {
    cwd: project,
    stdio: 'inherit',
  });
  execFileSync(process.execPath, [file], { cwd: project, stdio: 'inherit' });
  console.log('every package can be imported, with its types');
}

try {
  const project = installElsewhere(packAll());
  analyzeThere(project);
  checkTypesThere(project);
  const oldest = await tryOnOldestNode(npm, project);
  if (oldest !== undefined) console.log(`overgrow up, status and Ctrl-C work on Node.js ${oldest}`);
} finally {
  rmSync(elsewhere, { recursive: true, force: true });
}
