import path from 'node:path';
import { expect, test } from 'vitest';
import { extractFacts } from '../../facts/extract-facts.ts';

test('commands by their full name, with what they call', async () => {
  const { endpoints } = await extractFacts(path.join(import.meta.dirname, 'fixtures/tool'));
  expect((endpoints ?? []).map(({ id, units }) => `${id}: ${units?.[0] ?? ''}`)).toEqual([
    'command migrate: src/program.ts#serve',
    'command orders create: src/commands/orders/create.ts#Create.run',
    'command report: src/report.ts#ReportCommand.run',
    'command seed: src/program.ts#serve',
    'command serve: src/program.ts#serve',
    'command sync: src/program.ts#serve',
    'command users add: src/program.ts#serve',
  ]);
});
