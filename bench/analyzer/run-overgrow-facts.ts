import { extractFacts } from '@overgrow/analyzer';
import { reportUsage } from './report-usage.ts';

const facts = await extractFacts(process.argv[2] ?? '.');
const edges = (facts.dependencies ?? []).filter((edge) => edge.kind === 'import' || edge.kind === 'type');
reportUsage(`${(facts.units ?? []).filter((unit) => unit.kind === 'module').length} modules, ${edges.length} edges`);
