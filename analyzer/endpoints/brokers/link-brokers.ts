import type { Findings, FoundEndpoint, Project } from '../../adapters/adapter.ts';
import { unitId } from '../../dependencies/edges.ts';
import { packageOrigin } from '../../dependencies/find-binding.ts';
import type { Dependency, Unresolved } from '../../facts/facts.ts';
import { entryOf, type StaticValue } from '../../source/static-value.ts';
import { createClassIndex } from '../decorated/class-index.ts';
import { expandDecorators } from '../decorated/expand-decorators.ts';
import { textsOf, unknownText } from '../decorated/values.ts';
import { handlersOf } from '../handlers.ts';
import type { BrokerCall, BrokerSummary } from './collect-brokers.ts';

const packages: Readonly<Record<string, 'kafka' | 'rabbitmq'>> = {
  kafkajs: 'kafka',
  '@confluentinc/kafka-javascript': 'kafka',
  amqplib: 'rabbitmq',
  'amqp-connection-manager': 'rabbitmq',
};
const established = { kafka: /consumer|producer/i, rabbitmq: /^ch(?:annel)?$|channel/i };

/** `kafka topic` and `rabbitmq queue`, with who sends to them. */
export function linkBrokers(found: ReadonlyMap<string, BrokerSummary>, project: Project): Findings {
  const { linker, modules } = project;
  const unresolved: Unresolved[] = [];
  const endpoints: FoundEndpoint[] = [...decorated()];
  for (const [module, calls] of found) {
    for (const call of calls) {
      if (call.method === 'consume' && brokerOf(module, call) === 'rabbitmq')
        consumer(module, 'rabbitmq', call, call.handler);
      if (call.method === 'subscribe' && brokerOf(module, call) === 'kafka') {
        const runs = calls.filter(({ method }) => method === 'run');
        const run = runs.find(({ around }) => around === call.around) ?? (runs.length === 1 ? runs[0] : undefined);
        consumer(module, 'kafka', call, run?.handler);
      }
    }
  }
  return { endpoints, dependencies: sent(), unresolved };

  function consumer(module: string, broker: string, call: BrokerCall, handler: StaticValue | undefined): void {
    const answer = handlersOf(project, module, handler);
    const fallback = call.unit === '' ? [] : [unitId(module, call.unit)];
    for (const name of namesOf(module, call.names)) {
      endpoints.push({
        id: `${broker} ${name}`,
        kind: 'message',
        ...answer,
        handlers: answer.handlers.length > 0 || answer.stretch !== undefined ? answer.handlers : fallback,
        module,
        place: `${module}:${call.line}`,
      });
      if (name.includes(unknownText))
        unresolved.push({
          place: `${module}:${call.line}`,
          what: 'endpoint',
          text: `${broker} ${name}`,
          reason: 'The topic or queue is only known at run time.',
        });
    }
  }

  function namesOf(module: string, value: StaticValue | undefined): string[] {
    const names = textsOf(linker, module, value);
    return names.length > 0 ? names : [unknownText];
  }

  /** Which broker a consumer or channel is of: by its package, or by an established name in a module that imports one. */
  function brokerOf(module: string, { holder, named }: BrokerCall): 'kafka' | 'rabbitmq' | undefined {
    const origin =
      holder === undefined || holder.root.kind === 'parameter' ? undefined : packageOrigin(linker, module, holder);
    if (origin !== undefined) return packages[origin.package];
    const imported = (modules.get(module)?.imports ?? []).flatMap(
      ({ specifier }) => packages[specifier.replace(/\/callback_api$/, '')] ?? [],
    );
    return imported.find((broker) => established[broker].test(named));
  }

  /** `@RabbitSubscribe({ queue, routingKey })` of golevelup. */
  function decorated(): FoundEndpoint[] {
    return createClassIndex(project).classes.flatMap(({ module, record }) =>
      record.members.flatMap((member) => {
        if (member.unit === undefined || member.decorators.length === 0) return [];
        const handlers = [unitId(module, member.unit)];
        return expandDecorators(module, member.decorators, project, new Map()).flatMap((decorator): FoundEndpoint[] => {
          if (
            decorator.package !== '@golevelup/nestjs-rabbitmq' ||
            !/^Rabbit(?:Subscribe|RPC|Handler)$/.test(decorator.name)
          )
            return [];
          const [options] = decorator.arguments;
          const names = namesOf(decorator.module, entryOf(options, 'queue') ?? entryOf(options, 'routingKey'));
          return names.map((name) => ({
            id: `rabbitmq ${name}`,
            kind: 'message' as const,
            handlers,
            module,
            place: `${module}:${decorator.line}`,
          }));
        });
      }),
    );
  }

  function sent(): Dependency[] {
    const byId = Map.groupBy(endpoints, ({ id }) => id);
    const edges = new Map<string, Dependency>();
    for (const [module, calls] of found) {
      for (const call of calls) {
        const broker =
          call.method === 'send'
            ? 'kafka'
            : call.method === 'sendToQueue' || call.method === 'publish'
              ? 'rabbitmq'
              : undefined;
        if (broker === undefined || brokerOf(module, call) !== broker) continue;
        for (const name of textsOf(linker, module, call.names)) {
          for (const { handlers } of byId.get(`${broker} ${name}`) ?? []) {
            const [to] = handlers;
            const from = unitId(module, call.unit);
            if (to !== undefined && to !== from)
              edges.set(`${from}\n${to}`, { from, to, kind: 'event', place: `${module}:${call.line}` });
          }
        }
      }
    }
    return [...edges.values()];
  }
}
