import type { StateStore } from '@overgrow/core';
import { leaseName } from '../run/session.ts';

/** The store as every process sees it, with an eye on who writes. */
export function createCheckedStore(store: StateStore, violated: (what: string) => void): StateStore {
  return {
    ...store,
    compareAndSet: async (key, expected, value, options) => {
      if (options?.lease?.name !== leaseName) violated(`${key} was written without the lease`);
      return store.compareAndSet(key, expected, value, options);
    },
    append: async (context, event, data, lease) => {
      if (lease?.name !== leaseName) violated(`${event} was journaled without the lease`);
      return store.append(context, event, data, lease);
    },
    [Symbol.asyncDispose]: async () => {},
  };
}
