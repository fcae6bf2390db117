import {
  giverOf,
  receiverOf,
  type BridgePort,
  type Clock,
  type Direction,
  type FaultPoints,
  type LinkStatus,
  type Logger,
  type ReplicationSpec,
} from '@overgrow/core';
import { receivingTables } from './apply/receiving-table.ts';
import { createControl, type Control } from './control/control.ts';
import { createGuardWatch } from './control/guard-watch.ts';
import { preflight } from './doctor/preflight-client.ts';
import { awaitApplied, awaitBarrier, haltedError } from './link/await-link-client.ts';
import { createLink, type Link } from './link/link.ts';
import { createPositionReader } from './link/position-client.ts';
import { listLinks, prepareLinks, removeLinks } from './link/prepare-links-client.ts';
import { silentTables } from './link/silent-tables.ts';
import { resolveMaps } from './mapping/resolve-maps-client.ts';
import type { TableMap } from './mapping/table-map.ts';
import { createVerifier, type Verifier } from './verify/verify-client.ts';

export interface BridgeOptions {
  readonly context: string;
  /** `*` until ownership by tenant comes. */
  readonly scope?: string;
  /** The context's entry under `replication:`. */
  readonly spec: ReplicationSpec;
  /** postgres:// URLs, as the bridge's own role logs in. */
  readonly monolithUrl: string;
  readonly serviceUrl: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly faults: FaultPoints;
}

/**
 * The bridge of one context between two PostgreSQL databases: a link each way, and the control rows, guards and barriers
 * that the orchestrator asks for. Nothing is opened before the first call. The contract of each method is BridgePort's.
 */
export function createBridge(options: BridgeOptions): BridgePort & AsyncDisposable {
  const { context, scope = '*', spec, monolithUrl, serviceUrl, clock, faults } = options;
  const logger = options.logger.child({ context });
  const urls = { monolith: monolithUrl, service: serviceUrl };
  const links: Readonly<Record<Direction, Link>> = { forward: linkOf('forward'), reverse: linkOf('reverse') };
  const positions = {
    monolith: createPositionReader(monolithUrl, `overgrow ${context} status`),
    service: createPositionReader(serviceUrl, `overgrow ${context} status`),
  };

  function linkOf(direction: Direction): Link {
    const [giverUrl, receiverUrl] = direction === 'forward' ? [monolithUrl, serviceUrl] : [serviceUrl, monolithUrl];
    const resolve = async () => {
      const maps = await resolveMaps(spec, urls);
      return { tables: receivingTables(maps, direction), silentTables: silentTables(spec.triggers) };
    };
    return createLink({ context, scope, direction, giverUrl, receiverUrl, clock, logger, faults, resolve });
  }

  let known: { readonly maps: readonly TableMap[]; readonly control: Control; readonly verifier: Verifier } | undefined;
  /** Read once: inside a fence there is no time to look at catalogs. `prepare` and `start` read them anew. */
  const remember = async (again = false) => {
    if (known !== undefined && !again) return known;
    const maps = await resolveMaps(spec, urls);
    const common = { context, maps, monolithUrl, serviceUrl, clock, logger, faults };
    const verifier = createVerifier({
      ...common,
      waitUntilApplied: (direction, position, stop) =>
        awaitApplied(links[direction], urls[giverOf(direction)], context, direction, position, stop),
    });
    known = { maps, control: createControl({ ...common, scope }), verifier };
    return known;
  };
  const control = async () => (await remember()).control;

  const guards = createGuardWatch(async () => (await control()).guardFaults(), clock);
  const stop = async () => {
    await Promise.all([links.forward.stop(), links.reverse.stop()]);
    await Promise.all([positions.monolith[Symbol.asyncDispose](), positions.service[Symbol.asyncDispose]()]);
  };
  const statusOf = async (direction: Direction): Promise<LinkStatus> => {
    return links[direction].status(await positions[giverOf(direction)].read());
  };

  const checkAll = () => preflight({ context, spec, monolithUrl, serviceUrl });
  return {
    context,
    preflight: async () => [...(await checkAll()), ...(await guards.errors())],
    prepare: async (leaseEpoch) => {
      const [first] = await checkAll();
      if (first !== undefined) throw first;
      const { maps, control: prepared } = await remember(true);
      await prepared.prepare(leaseEpoch);
      await prepareLinks({ context, scope, urls, maps });
    },
    start: async (leaseEpoch) => {
      const { control: raising } = await remember(true);
      // Also for a caller that took over without preparing: the old holder's sessions fail from here on.
      await raising.raise(leaseEpoch);
      await Promise.all([links.forward.start(leaseEpoch), links.reverse.start(leaseEpoch)]);
      for (const direction of ['forward', 'reverse'] as const) {
        const { state } = links[direction].status();
        if (state.kind === 'halted') throw haltedError(context, direction, state.error);
      }
    },
    stop,
    status: async () => {
      const [forward, reverse, report] = await Promise.all([statusOf('forward'), statusOf('reverse'), guards.read()]);
      return { forward, reverse, guards: report };
    },
    arm: async (ref, direction) => (await control()).arm(ref, direction),
    barrier: async (ref, direction, signal) => (await control()).barrier(ref, direction, signal),
    drain: (ref, direction, signal) =>
      awaitBarrier(links[direction], urls[receiverOf(direction)], ref, direction, signal),
    verify: async (direction, signal) => (await remember()).verifier.verify(direction, signal),
    check: async (_, direction, signal) => (await remember()).verifier.check(direction, signal),
    moveSequences: async (ref, direction, signal) => (await control()).moveSequences(ref, direction, signal),
    openReceiver: async (ref, direction, epoch) => (await control()).openReceiver(ref, direction, epoch),
    closeGiver: async (ref, direction, epoch) => (await control()).closeGiver(ref, direction, epoch),
    abandon: async (ref, direction) => (await control()).abandon(ref, direction),
    disarm: async (ref) => (await control()).disarm(ref),
    inventory: async () => {
      const ours = await listLinks({ context, scope, urls });
      return [...ours, ...(await (await control()).inventory())];
    },
    uninstall: async () => {
      await stop();
      const removed = await removeLinks({ context, scope, urls });
      return [...removed, ...(await (await control()).uninstall())];
    },
    [Symbol.asyncDispose]: stop,
  };
}
