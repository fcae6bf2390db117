import type { Adapter } from '../../adapters/adapter.ts';
import { collectValues } from '../values/collect-values.ts';
import type { ModuleValues } from '../values/expression.ts';
import { linkStores } from './link-stores.ts';
import { storeClients } from './store-clients.ts';

const methods = new Set(storeClients.flatMap((client) => [...client.methods, ...(client.defining ?? [])]));

const made = storeClients.flatMap((client) => client.madeMethods ?? []);

/** ORMs, drivers, files and other systems whose calls are known by the value that they are called on. */
export const stores: Adapter<ModuleValues> = {
  name: 'stores',
  collect: (tree, lines) =>
    collectValues(tree, lines, (name) => methods.has(name) || made.some((pattern) => pattern.test(name))),
  link: (found, project) => linkStores(found, project, storeClients),
};
