import type { TestProject } from 'vitest/node';
import { prepareRoles } from '../databases/roles-client.ts';
import { startPostgres } from './postgres-process.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The shared server of all `.pg.test.ts` files, as its superuser. Tests make databases of their own in it. */
    postgresUrl: string;
  }
}

/** One server for all database tests of a run; each test file makes its own databases in it. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startPostgres();
  await prepareRoles(server.url());
  project.provide('postgresUrl', server.url());
  return () => server.stop();
}
