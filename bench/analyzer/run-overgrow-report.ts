import { analyze } from '@overgrow/analyzer';
import { reportUsage } from './report-usage.ts';

const report = await analyze({ root: process.argv[2] ?? '.' });
reportUsage(`${report.counts.modules} modules, ${report.contexts.length} contexts`);
