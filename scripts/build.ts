import { published } from './packages/published.ts';
import { copyAssets, finishCommands, removeBuild } from './packages/workspace-files.ts';
import { runTool } from './run-tool-process.ts';

/* `npm run build`: compiles each published workspace to its `dist/`, in the order in which they depend on each other. */

for (const workspace of published) removeBuild(workspace);
const exit = await runTool('typescript', ['--build', 'tsconfig.build.json', ...process.argv.slice(2)], 'tsc');
if (exit === 0) {
  for (const workspace of published) {
    const assets = copyAssets(workspace);
    finishCommands(workspace);
    console.log(`${workspace}/dist${assets.length > 0 ? ` (and ${assets.join(', ')})` : ''}`);
  }
}
process.exitCode = exit;
