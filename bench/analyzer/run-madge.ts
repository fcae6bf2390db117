import { existsSync } from 'node:fs';
import path from 'node:path';
import madge from 'madge';
import { reportUsage } from './report-usage.ts';

const root = process.argv[2] ?? '.';
const tsConfig = path.join(root, 'tsconfig.json');
const result = await madge(root, {
  fileExtensions: ['ts', 'tsx', 'mts', 'js', 'jsx', 'mjs', 'cjs'],
  excludeRegExp: [/node_modules/, /(^|\/)(?:dist|build|coverage)\//],
  ...(existsSync(tsConfig) ? { tsConfig } : {}),
});
const graph = Object.values(result.obj());
reportUsage(`${graph.length} modules, ${graph.reduce((sum, targets) => sum + targets.length, 0)} edges`);
