import { runTool } from './run-tool-process.ts';

/* `npm run check`: types of everything, tests and scripts too. */
process.exitCode = await runTool('typescript', ['--project', '.', ...process.argv.slice(2)], 'tsc');
