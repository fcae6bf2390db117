import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { OvergrowError } from '@overgrow/core';

/** How other commands find a running `overgrow up`: its admin address and token, readable by its user only. */
export interface RunRecord {
  readonly pid: number;
  readonly adminUrl: string;
  readonly token: string;
}

/** Lies beside the state, since both belong to one running overgrow. */
export function runFileOf(stateFolder: string): string {
  return path.join(stateFolder, 'run.json');
}

/** Mode 600 from the first byte on, whatever lay there before. */
export async function writeRunRecord(file: string, record: RunRecord): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  await rm(file, { force: true });
  await writeFile(file, `${JSON.stringify(record)}\n`, { mode: 0o600 });
  await chmod(file, 0o600);
}

/** @throws CLI_NOT_RUNNING when no `overgrow up` has written one, or it cannot be read. */
export async function readRunRecord(file: string): Promise<RunRecord> {
  try {
    const record = JSON.parse(await readFile(file, 'utf8')) as Partial<RunRecord>;
    const { pid, adminUrl, token } = record;
    if (typeof pid !== 'number' || typeof adminUrl !== 'string' || typeof token !== 'string')
      throw new TypeError('it is not a run record');
    return { pid, adminUrl, token };
  } catch (cause) {
    throw new OvergrowError('CLI_NOT_RUNNING', `No overgrow runs here: ${file} cannot be read.`, {
      hint: 'Start it with `overgrow up`, or name its manifest with --manifest FILE.',
      cause,
    });
  }
}

/** Removes the record of this process; one that another has written meanwhile stays. */
export async function removeRunRecord(file: string, pid: number): Promise<void> {
  const record = await readRunRecord(file).catch(() => undefined);
  if (record?.pid === pid) await rm(file, { force: true });
}
