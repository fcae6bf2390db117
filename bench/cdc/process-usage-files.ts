import { readFile } from 'node:fs/promises';

export interface ProcessUsage {
  readonly cpuMs: number;
  readonly peakBytes: number;
}

const tickMs = 10;

/** What Linux says of a process that runs. */
export async function readUsage(pid: number): Promise<ProcessUsage> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  // Behind the name, which may hold spaces: user and system time are the 12th and 13th.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const peakKb = Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0);
  return { cpuMs: (Number(fields[11]) + Number(fields[12])) * tickMs, peakBytes: peakKb * 1024 };
}
