import path from 'node:path';
import { loadManifest, type Manifest } from '@overgrow/core';
import { Option, type Command } from 'commander';
import type { Terminal } from './terminal.ts';

export interface ManifestOption {
  readonly manifest: string;
}

/** Adds `--manifest FILE` to a command; OVERGROW_MANIFEST says the same. */
export function withManifest(command: Command): Command {
  return command.addOption(
    new Option('--manifest <file>', 'the manifest').env('OVERGROW_MANIFEST').default('overgrow.yaml'),
  );
}

export interface LoadedManifest {
  readonly manifest: Manifest;
  readonly file: string;
  /** Relative paths in the manifest are meant from here. */
  readonly folder: string;
  /** Where state and run record lie. */
  readonly stateFolder: string;
}

/** @throws CONFIG_NOT_FOUND, CONFIG_INVALID with every fault at its place. */
export async function readManifest(terminal: Terminal, option: ManifestOption): Promise<LoadedManifest> {
  const { manifest, file, folder } = await loadManifest({
    file: path.resolve(terminal.cwd, option.manifest),
    env: terminal.env,
  });
  const stateFolder =
    manifest.state.store === 'sqlite'
      ? path.dirname(path.resolve(folder, manifest.state.file))
      : path.join(folder, '.overgrow');
  return { manifest, file, folder, stateFolder };
}
