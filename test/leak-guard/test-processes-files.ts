import { readFile, readdir } from 'node:fs/promises';

/**
 * Processes whose environment carries `marker`: all that descend from a test file, also when they were detached or their
 * parent is gone. Linux only (`/proc`); elsewhere, and for processes that hide their environment, an empty list.
 */
export async function findProcessesMarked(marker: string): Promise<readonly string[]> {
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid) => {
      if (Number(pid) === process.pid) return [];
      const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
      if (!environment.split('\0').includes(marker)) return [];
      const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
      // An empty command line is a process that has ended and waits for its parent.
      return command === '' ? [] : [`process ${pid}: ${command.split('\0').join(' ').trim()}`];
    }),
  );
  return found.flat();
}
