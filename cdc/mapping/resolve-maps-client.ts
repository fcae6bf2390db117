import type { ClientBase } from 'pg';
import { OvergrowError, type ReplicationSpec } from '@overgrow/core';
import { readCatalog } from '../catalog/catalog-client.ts';
import { openSession } from '../connection/session-client.ts';
import { compileMapping, mappedTables, type MappingResult } from './compile-mapping.ts';
import type { MappingFault, TableMap } from './table-map.ts';

/** Reads the mapped tables of both databases and compiles the mapping. */
export async function readMapping(
  spec: ReplicationSpec,
  monolith: ClientBase,
  service: ClientBase,
): Promise<MappingResult> {
  const pairs = mappedTables(spec);
  const sources = await readCatalog(
    monolith,
    pairs.map((pair) => pair.source),
  );
  const targets = await readCatalog(
    service,
    pairs.map((pair) => pair.target),
  );
  return compileMapping(spec, sources, targets);
}

/** @throws CDC_MAPPING_INVALID that names every fault. */
export function expectMaps(result: MappingResult, context: string): readonly TableMap[] {
  if (result.kind === 'maps') return result.maps;
  const [first] = result.faults;
  const lines = result.faults.map((fault) => `  ${fault.path}: ${fault.message} ${fault.hint}`);
  throw new OvergrowError(
    'CDC_MAPPING_INVALID',
    `The replication of ${context} does not fit the two databases, at ${result.faults.length} places:\n${lines.join('\n')}`,
    { ...(first === undefined ? {} : { hint: first.hint }), details: { faults: result.faults } },
  );
}

/** One fault as an error of its own, for a report of all that is wrong. */
export function mappingError(fault: MappingFault, context: string): OvergrowError {
  return new OvergrowError('CDC_MAPPING_INVALID', `replication of ${context}, ${fault.path}: ${fault.message}`, {
    hint: fault.hint,
    details: { path: fault.path, fault: fault.kind },
  });
}

/** Reads both catalogs over sessions of its own. @throws CDC_MAPPING_INVALID, CDC_CONNECTION_LOST. */
export async function resolveMaps(
  spec: ReplicationSpec,
  urls: { readonly monolith: string; readonly service: string },
): Promise<readonly TableMap[]> {
  const applicationName = `overgrow ${spec.context} mapping`;
  await using monolith = await openSession({ url: urls.monolith, applicationName });
  await using service = await openSession({ url: urls.service, applicationName });
  return expectMaps(await readMapping(spec, monolith.client, service.client), spec.context);
}
