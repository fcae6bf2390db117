import { OvergrowError } from '@overgrow/core';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';

/**
 * The properties of a connector: its configuration alone, or as Kafka Connect's REST interface takes it, `{"name","config"}`.
 * @throws USAGE_INVALID when the file cannot be read or is something else.
 */
export async function readConnector(path: string, cwd: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    const json: unknown = JSON.parse(await readFile(resolve(cwd, path), 'utf8'));
    if (isObject(json)) return isObject(json['config']) ? json['config'] : json;
  } catch (error) {
    throw noConnector(path, error instanceof Error ? error.message : String(error));
  }
  throw noConnector(path, 'it is no JSON object');
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const noConnector = (path: string, reason: string) =>
  new OvergrowError('USAGE_INVALID', `${path} does not hold the properties of a connector: ${reason}.`);
