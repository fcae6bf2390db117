import { noFaults, silentLogger, systemClock, type FaultPoints } from '@overgrow/core';
import { createTestDatabase, type TestDatabase } from '@overgrow/test';
import { resolveMaps } from '../mapping/resolve-maps-client.ts';
import { createControl, type Control } from './control.ts';

/** Two real databases of the same schema, and the control between them as an unprivileged role. For tests. */
export interface ControlStage extends AsyncDisposable {
  readonly monolith: TestDatabase;
  readonly service: TestDatabase;
  control(faults?: FaultPoints): Promise<Control>;
  /** Through all steps that a switch asks of the control, without links. */
  switchOver(control: Control): Promise<void>;
}

export const attemptOne = { context: 'catalog', scope: '*', epoch: 1, attempt: 1, leaseEpoch: 1 } as const;

/** For a step that a test never stops. */
export const noStop: AbortSignal = new AbortController().signal;

export async function createControlStage(
  postgresUrl: string,
  schema: string,
  tables: readonly string[],
): Promise<ControlStage> {
  const monolith = await createTestDatabase(postgresUrl, schema);
  const service = await createTestDatabase(postgresUrl, schema);
  const urls = { monolith: monolith.bridgeUrl, service: service.bridgeUrl };
  const declared = Object.fromEntries(tables.map((table) => [`public.${table}`, table]));
  return {
    monolith,
    service,
    control: async (faults = noFaults) =>
      createControl({
        context: 'catalog',
        scope: '*',
        monolithUrl: urls.monolith,
        serviceUrl: urls.service,
        maps: await resolveMaps({ context: 'catalog', tables: declared, triggers: {}, foreignKeys: {} }, urls),
        clock: systemClock,
        logger: silentLogger,
        faults,
      }),
    switchOver: async (control) => {
      await control.arm(attemptOne, 'forward');
      await control.barrier(attemptOne, 'forward', noStop);
      await control.openReceiver(attemptOne, 'forward', 2);
      await control.closeGiver(attemptOne, 'forward', 2);
      await control.disarm(attemptOne);
    },
    [Symbol.asyncDispose]: async () => {
      await monolith.drop();
      await service.drop();
    },
  };
}
