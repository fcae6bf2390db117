/**
 * The writing process that the contract starts: `node state-store-writer-contract.ts SPEC ROUNDS`.
 * Each round raises the value `count` by one with a journal entry, and writes a second entry of its own. `OVERGROW_FAULT_POINT` kills it on the way.
 */
import type { Manifest } from '../manifest/schema.ts';
import { systemClock } from '../runtime/clock.ts';
import { faultsFromEnvironment } from '../runtime/process-faults.ts';
import { openStateStore } from './open-state-store.ts';

const [, , spec = '', rounds = '1'] = process.argv;
const faults = faultsFromEnvironment(process.env, () => process.kill(process.pid, 'SIGKILL'));

await using store = await openStateStore(JSON.parse(spec) as Manifest['state'], {
  clock: systemClock,
  baseFolder: process.cwd(),
  faults,
});

for (let round = 0; round < Number(rounds); round += 1) {
  for (;;) {
    const current = await store.read('count');
    const next = Number(current?.value ?? 0) + 1;
    const journal = [{ context: 'catalog', event: 'raised', data: next }];
    const outcome = await store.compareAndSet('count', current?.version ?? 0, next, { journal });
    if (outcome.kind === 'written') break;
  }
  await store.append('catalog', 'counted', { pid: process.pid, round });
}
