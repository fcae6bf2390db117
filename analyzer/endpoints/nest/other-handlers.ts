import type { FoundEndpoint } from '../../adapters/adapter.ts';
import { unitId } from '../../dependencies/edges.ts';
import type { EndpointKind, Unresolved } from '../../facts/facts.ts';
import { entryOf, type StaticValue } from '../../source/static-value.ts';
import type { KnownClass, OwnedMember } from '../decorated/class-index.ts';
import type { AppliedDecorator } from '../decorated/expand-decorators.ts';
import { operationName, resolverType } from '../decorated/graphql-operations.ts';
import { textOf, textsOf, unknownText } from '../decorated/values.ts';
import type { Application } from './applications.ts';
import type { NestContext } from './controllers.ts';

interface Named {
  readonly kind: EndpointKind;
  readonly names: readonly string[];
}

/** GraphQL operations, message and event patterns, gRPC methods, messages of gateways, and what runs by the clock. */
export function otherEndpoints(
  { project, index, decoratorsOf, decoratorsOn, guardsOf }: NestContext,
  applications: readonly Application[],
  unresolved: Unresolved[],
): FoundEndpoint[] {
  const { linker } = project;
  const everywhere = [...new Set(applications.flatMap(({ guards }) => guards))];
  return index.classes.flatMap((known) => {
    const ofClass = decoratorsOf(known);
    if (ofClass.length === 0) return [];
    return index.members(known).flatMap((owned) => {
      if (owned.member.unit === undefined) return [];
      const decorators = decoratorsOn(owned);
      const named = decorators.flatMap((decorator) => {
        const found = nameOf(known, ofClass, owned, decorator);
        return found === undefined ? [] : [{ ...found, decorator }];
      });
      const lifecycle = connectionOf(ofClass, owned);
      const guards = [...everywhere, ...guardsOf(ofClass), ...guardsOf(decorators)];
      return [...named, ...lifecycle].flatMap(({ kind, names, decorator }) =>
        names.map((id) =>
          endpoint(id, kind, owned, decorator?.line ?? owned.member.line, kind === 'job' ? [] : guards),
        ),
      );
    });
  });

  function nameOf(
    known: KnownClass,
    ofClass: readonly AppliedDecorator[],
    { member }: OwnedMember,
    decorator: AppliedDecorator,
  ): Named | undefined {
    switch (decorator.package) {
      case '@nestjs/graphql': {
        const resolver = ofClass.find(({ name }) => name === 'Resolver');
        const type = resolver === undefined ? undefined : resolverType(linker, resolver);
        const name = operationName(linker, decorator, member, type);
        return name === undefined ? undefined : { kind: 'graphql', names: [name] };
      }
      case '@nestjs/microservices':
        return messageName(decorator, known, member.name);
      case '@nestjs/websockets':
        if (decorator.name !== 'SubscribeMessage') return undefined;
        return {
          kind: 'socket',
          names: textsOr(decorator, decorator.arguments[0]).map((event) => `socket ${namespaceOf(ofClass)} ${event}`),
        };
      case '@nestjs/schedule':
        return scheduleName(decorator, known, member.name);
      default:
        return undefined;
    }
  }

  function messageName(decorator: AppliedDecorator, known: KnownClass, method: string): Named | undefined {
    const [first, second] = decorator.arguments;
    if (decorator.name === 'GrpcMethod' || decorator.name === 'GrpcStreamMethod') {
      const service = textOf(linker, decorator.module, first) ?? known.record.unit;
      const called = textOf(linker, decorator.module, second) ?? method.charAt(0).toUpperCase() + method.slice(1);
      return { kind: 'rpc', names: [`grpc ${service}/${called}`] };
    }
    const word =
      decorator.name === 'MessagePattern' ? 'message' : decorator.name === 'EventPattern' ? 'event' : undefined;
    return word === undefined
      ? undefined
      : { kind: 'message', names: patternsOf(decorator).map((pattern) => `${word} ${pattern}`) };
  }

  /** A pattern is a text, several, or an object such as `{ cmd: 'sum' }`. */
  function patternsOf(decorator: AppliedDecorator): string[] {
    const [pattern] = decorator.arguments;
    if (pattern?.kind !== 'object') return textsOr(decorator, pattern);
    const parts = pattern.entries.map(
      ({ key, value }) => `${key}:${textOf(linker, decorator.module, value) ?? unknownText}`,
    );
    return [parts.sort().join(',')];
  }

  function scheduleName(decorator: AppliedDecorator, known: KnownClass, method: string): Named | undefined {
    const handler = `${known.record.unit}.${method}`;
    const [first, second] = decorator.arguments;
    const time = second ?? first;
    const milliseconds = time?.kind === 'constant' && typeof time.value === 'number' ? `${time.value}ms` : unknownText;
    switch (decorator.name) {
      case 'Cron':
        return { kind: 'job', names: [`cron ${expressionOf(decorator)} ${handler}`] };
      case 'Interval':
        return { kind: 'job', names: [`cron every ${milliseconds} ${handler}`] };
      case 'Timeout':
        return { kind: 'job', names: [`cron after ${milliseconds} ${handler}`] };
      default:
        return undefined;
    }
  }

  /** The expression as it is written; `CronExpression.EVERY_HOUR` by its name. */
  function expressionOf(decorator: AppliedDecorator): string {
    const [first] = decorator.arguments;
    const text = textOf(linker, decorator.module, first);
    if (text !== undefined && text !== unknownText) return text;
    return (first?.kind === 'reference' ? first.path.steps.at(-1) : undefined) ?? unknownText;
  }

  function textsOr(decorator: AppliedDecorator, value: StaticValue | undefined): string[] {
    const texts = textsOf(linker, decorator.module, value);
    return texts.length > 0 ? texts : [unknownText];
  }

  function namespaceOf(ofClass: readonly AppliedDecorator[]): string {
    const gateway = ofClass.find(({ name }) => name === 'WebSocketGateway');
    const options = gateway?.arguments.find((argument) => argument.kind === 'object');
    const namespace = gateway === undefined ? undefined : textOf(linker, gateway.module, entryOf(options, 'namespace'));
    return namespace === undefined ? '/' : namespace.startsWith('/') ? namespace : `/${namespace}`;
  }

  /** `handleConnection` of a gateway is called for every client that comes, `handleDisconnect` for each that goes. */
  function connectionOf(ofClass: readonly AppliedDecorator[], { member }: OwnedMember) {
    const event = { handleConnection: 'connection', handleDisconnect: 'disconnect' }[member.name];
    const gateway = ofClass.some(
      ({ package: from, name }) => from === '@nestjs/websockets' && name === 'WebSocketGateway',
    );
    if (event === undefined || !gateway) return [];
    return [{ kind: 'socket' as const, names: [`socket ${namespaceOf(ofClass)} ${event}`], decorator: undefined }];
  }

  function endpoint(
    id: string,
    kind: EndpointKind,
    { owner, member }: OwnedMember,
    line: number,
    guards: readonly string[],
  ): FoundEndpoint {
    const place = `${owner.module}:${line}`;
    if (id.includes(unknownText))
      unresolved.push({ place, what: 'endpoint', text: id, reason: 'Its name is only known at run time.' });
    const named = [...new Set(guards)];
    return {
      id,
      kind,
      handlers: [unitId(owner.module, member.unit ?? '')],
      module: owner.module,
      ...(named.length === 0 ? {} : { guards: named }),
      place,
    };
  }
}
