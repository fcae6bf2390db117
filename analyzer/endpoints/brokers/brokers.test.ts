import path from 'node:path';
import { expect, test } from 'vitest';
import { extractFacts } from '../../facts/extract-facts.ts';

test('consumers of Kafka and RabbitMQ, and who sends to them', async () => {
  const { endpoints, dependencies } = await extractFacts(path.join(import.meta.dirname, 'fixtures/harbour'));
  expect((endpoints ?? []).map(({ id, units }) => `${id}: ${units?.[0] ?? ''}`)).toEqual([
    'kafka ships.arrived: src/kafka.ts#onShip',
    'kafka ships.left: src/kafka.ts#onShip',
    'rabbitmq cargo: src/rabbit.js#unload',
    'rabbitmq customs: src/customs.ts#Customs.check',
  ]);
  const events = (dependencies ?? []).filter(({ kind }) => kind === 'event').map(({ from, to }) => `${from} → ${to}`);
  expect(events).toEqual(['src/kafka.ts#announce → src/kafka.ts#onShip', 'src/rabbit.js#start → src/rabbit.js#unload']);
});
