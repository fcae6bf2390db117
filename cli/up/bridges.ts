import { createBridge } from '@overgrow/cdc';
import {
  OvergrowError,
  type BridgePort,
  type Clock,
  type FaultPoints,
  type Logger,
  type Manifest,
} from '@overgrow/core';

interface Surroundings {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly faults: FaultPoints;
}

/** One bridge for each entry under `replication:`. @throws CONFIG_INVALID when a database has no URL. */
export function createBridges(manifest: Manifest, surroundings: Surroundings): readonly BridgePort[] {
  return manifest.replication.map((spec) => {
    const serviceName = manifest.contexts[spec.context]?.service;
    const serviceUrl = serviceName === undefined ? undefined : manifest.services[serviceName]?.database;
    const monolithUrl = manifest.monolith.database;
    if (monolithUrl === undefined || serviceUrl === undefined) {
      throw new OvergrowError(
        'CONFIG_INVALID',
        `The replication of ${spec.context} needs the URLs of both databases.`,
        {
          hint: `Set monolith.database and services.${serviceName ?? '<service>'}.database.`,
        },
      );
    }
    return createBridge({ ...surroundings, context: spec.context, spec, monolithUrl, serviceUrl });
  });
}

/** Does the work with the bridges of a manifest, and ends their sessions whatever comes of it. @throws CONFIG_INVALID */
export async function withBridges<T>(
  manifest: Manifest,
  surroundings: Surroundings,
  work: (bridges: readonly BridgePort[]) => Promise<T>,
): Promise<T> {
  const bridges = createBridges(manifest, surroundings);
  try {
    return await work(bridges);
  } finally {
    await Promise.all(bridges.map((bridge) => bridge.stop()));
  }
}
