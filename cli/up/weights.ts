import type { StateStore, TrafficPort } from '@overgrow/core';

/** Weights of reads before a switch live in the state store, so that a restart keeps them. Hundredths of a percent. */
const prefix = 'weight/';

/** Puts a context's weight in force and keeps it. */
export async function setWeight(
  store: StateStore,
  traffic: TrafficPort,
  context: string,
  weight: number,
): Promise<void> {
  const key = `${prefix}${context}/*`;
  for (;;) {
    const known = await store.read(key);
    const outcome = await store.compareAndSet(key, known?.version ?? 0, weight);
    if (outcome.kind === 'written') break;
  }
  await traffic.setWeight({ context, scope: '*' }, weight);
}

/** Puts the kept weights in force again. */
export async function restoreWeights(store: StateStore, traffic: TrafficPort): Promise<void> {
  for (const { key, value } of await store.list(prefix)) {
    const context = key.slice(prefix.length, -'/*'.length);
    if (typeof value === 'number') await traffic.setWeight({ context, scope: '*' }, value);
  }
}
