import { existsSync } from 'node:fs';
import path from 'node:path';
import { locateBinaries } from '../../test/servers/postgres-binaries-files.ts';

/** What the tests of one kind need from the machine: there, or not there and why. */
export type Need = { readonly kind: 'met' } | { readonly kind: 'missing'; readonly reason: string };

const met: Need = { kind: 'met' };

function needProgram(names: readonly string[], advice: string): Need {
  const folders = (process.env['PATH'] ?? '').split(path.delimiter);
  // Debian keeps server programs out of the PATH of plain users.
  const places = [...folders, '/usr/sbin', '/usr/local/sbin'];
  if (places.some((folder) => names.some((name) => existsSync(path.join(folder, name))))) return met;
  return { kind: 'missing', reason: `${names.join(' or ')} is not on this machine: ${advice}` };
}

function needPostgres(): Need {
  const binaries = locateBinaries();
  return binaries.kind === 'found' ? met : { kind: 'missing', reason: `no embedded PostgreSQL: ${binaries.reason}` };
}

/**
 * What each kind of test (a vitest project, named by the suffix of its files) needs. Looked up before the run, so that a
 * missing server is one line and not a hundred failures.
 */
export const needs: Readonly<Record<string, () => Need>> = {
  unit: () => met,
  pg: needPostgres,
  e2e: needPostgres,
  mysql: () => needProgram(['mariadbd', 'mysqld'], 'install MariaDB (Debian: apt-get install mariadb-server)'),
  kafka: () => needProgram(['java'], 'Kafka needs Java 17 or later (Debian: apt-get install default-jre-headless)'),
  browser: () =>
    needProgram(
      ['chromium', 'chromium-browser', 'google-chrome'],
      'install Chromium (Debian: apt-get install chromium)',
    ),
};
