import { cruise } from 'dependency-cruiser';
import { reportUsage } from './report-usage.ts';

const root = process.argv[2] ?? '.';
const result = await cruise(
  ['.'],
  {
    baseDir: root,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(node_modules|dist|build|coverage)/' },
  },
  { extensions: ['.ts', '.tsx', '.mts', '.js', '.jsx', '.mjs', '.cjs'] },
);
if (typeof result.output === 'string') throw new Error('expected the result as an object');
const { summary } = result.output;
reportUsage(`${summary.totalCruised} modules, ${summary.totalDependenciesCruised ?? 0} edges`);
