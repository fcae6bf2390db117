import { parseShare } from '../runtime/units.ts';
import { didYouMean } from './closest.ts';
import type { PlacedFault } from './manifest-source.ts';
import type { Named, Outline } from './outline.ts';

/** One condition between places of the manifest that the schema cannot state. `show` quotes a value and hides secrets. */
export type CrossCheck = (outline: Outline, show: (value: unknown) => string) => readonly PlacedFault[];

const names = (list: readonly Named[]) => list.map(({ name }) => name);
const has = (list: readonly Named[], name: string) => list.some((each) => each.name === name);

const contextNamesKnownService: CrossCheck = ({ contexts, services }, show) =>
  contexts.flatMap(({ service }) =>
    service === undefined || has(services, service.name)
      ? []
      : [unknown('service', service, services, show, 'Declare it under `services:`.')],
  );

const entityIsInOneContext: CrossCheck = ({ contexts }, show) => {
  const first = new Map<string, string>();
  const faults: PlacedFault[] = [];
  for (const context of contexts) {
    for (const entity of context.entities) {
      const owner = first.get(entity.name);
      if (owner === undefined) first.set(entity.name, context.name);
      else {
        const where = owner === context.name ? 'stands twice here' : `belongs to the context "${owner}" already`;
        const hint = 'An entity is in exactly one context: one side must be able to say who may write it.';
        faults.push({ path: entity.path, at: 'value', message: `the entity ${show(entity.name)} ${where}`, hint });
      }
    }
  }
  return faults;
};

const routeNamesKnownContext: CrossCheck = ({ routes, contexts }, show) =>
  routes.flatMap(({ context }) =>
    context === undefined || has(contexts, context.name)
      ? []
      : [unknown('context', context, contexts, show, 'Declare it under `contexts:`.')],
  );

const routeNamesAreUnique: CrossCheck = ({ routes }, show) =>
  routes.flatMap(({ name }, at) =>
    name === undefined || !routes.slice(0, at).some((earlier) => earlier.name?.name === name.name)
      ? []
      : [{ path: name.path, at: 'value' as const, message: `another route is named ${show(name.name)} already` }],
  );

const weightedRouteHasService: CrossCheck = ({ routes, contexts }) =>
  routes.flatMap(({ context, weight }) => {
    const target = contexts.find(({ name }) => name === context?.name);
    if (weight === undefined || target === undefined || target.service !== undefined) return [];
    if ((parseShare(weight.name) ?? 0) === 0) return [];
    const message = `the route has a weight, but its context "${target.name}" has no service to answer`;
    return [{ path: weight.path, at: 'value' as const, message, hint: `Name one: contexts.${target.name}.service.` }];
  });

const replicationNamesKnownContext: CrossCheck = ({ replication, contexts }, show) =>
  replication.flatMap(({ context }) =>
    context === undefined || has(contexts, context.name)
      ? []
      : [unknown('context', context, contexts, show, 'Declare it under `contexts:`.')],
  );

const contextIsReplicatedOnce: CrossCheck = ({ replication }, show) =>
  replication.flatMap(({ context }, at) =>
    context === undefined || !replication.slice(0, at).some((earlier) => earlier.context?.name === context.name)
      ? []
      : [
          {
            path: context.path,
            at: 'value' as const,
            message: `the context ${show(context.name)} has a replication already`,
            hint: 'Put the tables of both into one.',
          },
        ],
  );

const replicatedTablesAreEntities: CrossCheck = ({ replication, contexts }) =>
  replication.flatMap(({ context, tables }) => {
    const target = contexts.find(({ name }) => name === context?.name);
    if (target === undefined) return [];
    return tables
      .filter((table) => !has(target.entities, table.name))
      .map((table) => ({
        path: table.path,
        at: 'key' as const,
        message: `the table "${table.name}" is no entity of the context "${target.name}"`,
        hint: didYouMean(table.name, names(target.entities)) ?? `List it under contexts.${target.name}.entities.`,
      }));
  });

const replicationHasBothDatabases: CrossCheck = ({ replication, contexts, services, monolithDatabase }) => {
  const faults: PlacedFault[] = [];
  if (replication.length > 0 && !monolithDatabase) {
    const message = 'monolith.database is missing, and replication needs it';
    faults.push({ path: ['monolith'], at: 'key', message, hint: 'Usually database: ${MONOLITH_DATABASE_URL}.' });
  }
  for (const { path, context } of replication) {
    const target = contexts.find(({ name }) => name === context?.name);
    if (context === undefined || target === undefined) continue;
    const service = services.find(({ name }) => name === target.service?.name);
    if (target.service === undefined) {
      const message = `the context "${target.name}" is replicated, but has no service to replicate to`;
      faults.push({
        path: [...path, 'context'],
        at: 'value',
        message,
        hint: `Name one: contexts.${target.name}.service.`,
      });
    } else if (service !== undefined && !service.database) {
      const message = `services.${service.name}.database is missing, and the replication of "${target.name}" needs it`;
      faults.push({ path: service.path, at: 'key', message, hint: 'Usually database: ${…_DATABASE_URL}.' });
    }
  }
  return faults;
};

const triggersAreOnReplicatedTables: CrossCheck = ({ replication }) =>
  replication.flatMap(({ triggers, tables, targets }) =>
    triggers.flatMap((trigger): PlacedFault[] => {
      const at = { path: trigger.path, at: 'key' as const };
      const parts = trigger.name.split('.');
      if (parts.length !== 3 || parts.includes('')) {
        return [{ ...at, message: `expected schema.table.trigger, not "${trigger.name}"` }];
      }
      const table = parts.slice(0, 2).join('.');
      const known = [...tables, ...targets];
      if (has(known, table)) return [];
      const hint = didYouMean(table, names(known));
      return [{ ...at, message: `the trigger "${trigger.name}" is on a table that is not replicated here`, hint }];
    }),
  );

const foreignKeysNameColumns: CrossCheck = ({ replication }) =>
  replication.flatMap(({ foreignKeys }) =>
    foreignKeys
      .filter(({ name }) => !/^([^.\s]+\.){1,2}[^.\s]+$/.test(name))
      .map(({ name, path }) => ({
        path,
        at: 'key' as const,
        message: `expected table.column or schema.table.column, not "${name}"`,
      })),
  );

const sensitiveNamesColumns: CrossCheck = ({ sensitive }, show) =>
  sensitive
    .filter(({ name }) => !/^[^.\s]+\.[^.\s]+\.[^.\s]+$/.test(name))
    .map(({ name, path }) => ({
      path,
      at: 'value' as const,
      message: `expected schema.table.column, not ${show(name)}`,
    }));

function unknown(
  what: string,
  reference: Named,
  known: readonly Named[],
  show: (value: unknown) => string,
  otherwise: string,
): PlacedFault {
  const hint = didYouMean(reference.name, names(known)) ?? otherwise;
  return { path: reference.path, at: 'value', message: `unknown ${what} ${show(reference.name)}`, hint };
}

/** Every check, in the order of the manifest's blocks. A new one is a function above and a line here. */
export const crossChecks: readonly CrossCheck[] = [
  contextNamesKnownService,
  entityIsInOneContext,
  routeNamesKnownContext,
  routeNamesAreUnique,
  weightedRouteHasService,
  replicationNamesKnownContext,
  contextIsReplicatedOnce,
  replicatedTablesAreEntities,
  replicationHasBothDatabases,
  triggersAreOnReplicatedTables,
  foreignKeysNameColumns,
  sensitiveNamesColumns,
];
