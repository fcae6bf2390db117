import { access, constants, stat } from 'node:fs/promises';
import path from 'node:path';
import { openStateStore, systemClock, type Manifest } from '@overgrow/core';
import { faultOf, type Finding } from './check.ts';

/** Whether the state can be kept. A file that is not there yet is not made: only the folder that will hold it is looked at. */
export async function checkState(state: Manifest['state'], folder: string): Promise<Finding> {
  const what = 'state';
  try {
    if (state.store === 'sqlite' && state.file !== ':memory:') {
      const file = path.resolve(folder, state.file);
      if (!(await exists(file))) {
        await access(await nearestFolder(path.dirname(file)), constants.W_OK);
        return { kind: 'fine', what, detail: `${file} will be made` };
      }
    }
    await using store = await openStateStore(state, { clock: systemClock, baseFolder: folder });
    const records = await store.list('ownership/');
    return { kind: 'fine', what, detail: `${state.store}, ${records.length} contexts recorded` };
  } catch (error) {
    return faultOf(what, error);
  }
}

async function nearestFolder(folder: string): Promise<string> {
  const above = path.dirname(folder);
  return (await exists(folder)) || above === folder ? folder : nearestFolder(above);
}

const exists = (place: string): Promise<boolean> =>
  stat(place).then(
    () => true,
    () => false,
  );
