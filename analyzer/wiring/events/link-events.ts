import type { Findings, Project } from '../../adapters/adapter.ts';
import { unitId } from '../../dependencies/edges.ts';
import { findBinding } from '../../dependencies/find-binding.ts';
import { textsOf, unknownText } from '../../endpoints/decorated/values.ts';
import { handlersOf } from '../../endpoints/handlers.ts';
import type { Dependency } from '../../facts/facts.ts';
import type { DecoratorRecord } from '../../source/class-records.ts';
import type { SymbolPath } from '../../source/module-summary.ts';
import { entryOf, itemsOf, type StaticValue } from '../../source/static-value.ts';
import { typeKey } from '../injection/tokens.ts';
import type { EventsSummary } from './events-summary.ts';

interface Listener {
  /** What is listened to: `bus event`. */
  readonly key: string;
  readonly to: readonly string[];
}

/** The method that a handler's class answers with, by the decorator of the class. */
const handlerMethods: Readonly<Record<string, string>> = {
  CommandHandler: 'execute',
  QueryHandler: 'execute',
  EventsHandler: 'handle',
};
/** One nameless emitter for the whole application: `EventEmitter2` as NestJS injects it, `@On` of event-dispatch. */
const shared = 'shared';

/** In-process events: who emits, sends a command or asks a query reaches who answers. */
export function linkEvents(found: ReadonlyMap<string, EventsSummary>, project: Project): Findings {
  const { linker, modules } = project;
  const listeners = [...decorated(), ...plain()];
  const byKey = Map.groupBy(listeners, ({ key }) => key);
  const patterns = listeners.filter(({ key }) => key.includes('*'));
  const edges = new Map<string, Dependency>();
  for (const [module, { emits, sent }] of found) {
    for (const { emitter, event, unit, line } of emits) {
      const bus = busOf(module, emitter);
      if (bus === undefined) continue;
      for (const name of eventNames(module, event)) {
        for (const { to } of listening(bus, name)) addAll(unitId(module, unit), to, `${module}:${line}`);
      }
    }
    for (const { message, unit, line } of sent) {
      const id = messageClass(module, message);
      for (const { to } of id === undefined ? [] : (byKey.get(`class ${id}`) ?? []))
        addAll(unitId(module, unit), to, `${module}:${line}`);
    }
  }
  return { dependencies: [...edges.values()] };

  function listening(bus: string, name: string): readonly Listener[] {
    const exact = byKey.get(`${bus} ${name}`) ?? [];
    return [...exact, ...patterns.filter(({ key }) => key !== `${bus} ${name}` && matches(key, `${bus} ${name}`))];
  }

  function addAll(from: string, to: readonly string[], place: string): void {
    for (const unit of to) {
      if (unit === from) continue;
      const key = `${from}\n${unit}`;
      const known = edges.get(key);
      edges.set(key, { ...(known ?? { from, to: unit, kind: 'event', place }), count: (known?.count ?? 0) + 1 });
    }
  }

  /** `@OnEvent('order.placed')`, `@EventsHandler(OrderPlaced)`, `@CommandHandler(PlaceOrder)`. */
  function decorated(): Listener[] {
    return [...modules].flatMap(([module, { classes }]) =>
      classes.flatMap((record) => {
        const handlers = record.decorators.flatMap((decorator): Listener[] => {
          const method = handlerMethods[decorator.name];
          const member = record.members.find(({ name }) => name === method);
          if (member?.unit === undefined || !isFrom(module, decorator, '@nestjs/cqrs')) return [];
          const to = [unitId(module, member.unit)];
          return decorator.arguments.flatMap((argument) =>
            classKeys(module, argument).map((id) => ({ key: `class ${id}`, to })),
          );
        });
        const listeners = record.members.flatMap((member) =>
          member.decorators.flatMap((decorator): Listener[] => {
            const listens =
              (decorator.name === 'OnEvent' && isFrom(module, decorator, '@nestjs/event-emitter')) ||
              (decorator.name === 'On' && isFrom(module, decorator, 'event-dispatch'));
            if (!listens || member.unit === undefined) return [];
            const to = [unitId(module, member.unit)];
            return decorator.arguments
              .slice(0, 1)
              .flatMap((argument) => eventNames(module, argument).map((name) => ({ key: `${shared} ${name}`, to })));
          }),
        );
        return [...handlers, ...listeners];
      }),
    );
  }

  function plain(): Listener[] {
    return [...found].flatMap(([module, { listens }]) =>
      listens.flatMap(({ emitter, event, handler }): Listener[] => {
        const bus = handler === undefined ? undefined : busOf(module, emitter);
        if (bus === undefined) return [];
        const to = handlersOf(project, module, handler).handlers;
        return eventNames(module, event).map((name) => ({ key: `${bus} ${name}`, to }));
      }),
    );
  }

  function isFrom(module: string, decorator: DecoratorRecord, wanted: string): boolean {
    const target = linker.follow(module, decorator.path);
    return target?.kind === 'external' && target.specifier === wanted;
  }

  function classKeys(module: string, value: StaticValue): string[] {
    return itemsOf(value).flatMap((item) => {
      const key = item.kind === 'reference' ? typeKey(module, item.path, project) : undefined;
      return key === undefined ? [] : [key];
    });
  }

  /** Names of events: texts, or what a constant that is no text is known by. */
  function eventNames(module: string, value: StaticValue): string[] {
    if (value.kind === 'object') {
      const name = entryOf(value, 'type') ?? entryOf(value, 'name');
      return name === undefined ? [] : eventNames(module, name);
    }
    const texts = textsOf(linker, module, value).filter((text) => !text.includes(unknownText));
    if (texts.length > 0) return texts;
    if (value.kind === 'call' && value.callee !== undefined) {
      const target = linker.follow(module, { root: value.callee.root, steps: [...value.callee.steps, '()'] });
      const pieces = linker.textOf(module, { root: value.callee.root, steps: [...value.callee.steps, '()'] });
      const named = pieces === undefined ? [] : textsOf(linker, pieces.module, { kind: 'text', pieces: pieces.pieces });
      if (named.length > 0) return named;
      return target?.kind === 'unit' ? [`#${target.module}#${target.unit}`] : [];
    }
    const key = value.kind === 'reference' ? typeKey(module, value.path, project) : undefined;
    return key === undefined ? [] : [`#${key}`];
  }

  /** The class of a message, also when a factory (`PlaceOrder.create(…)`) makes it. */
  function messageClass(module: string, message: SymbolPath): string | undefined {
    const at = message.steps.findIndex((step) => step === 'new' || step === '()');
    const made = typeKey(module, { root: message.root, steps: message.steps.slice(0, at) }, project);
    if (made === undefined || message.steps[at] === 'new') return made;
    // `PlaceOrder.create` is a unit inside of the class.
    return made.includes('.') ? made.slice(0, made.lastIndexOf('.')) : undefined;
  }

  /** Which emitter it is: one instance that modules share, a class of emitters, or the application's own. */
  function busOf(module: string, path: SymbolPath): string | undefined {
    const target = linker.follow(module, path);
    if (target?.kind === 'external') {
      const name = [target.name, ...target.steps].findLast((part) => part !== 'new' && part !== '()');
      const emits =
        ['eventemitter2', '@nestjs/event-emitter', 'event-dispatch'].includes(target.specifier) ||
        ['events', 'node:events', 'eventemitter3', 'emittery', 'mitt'].includes(target.specifier);
      if (!emits) return undefined;
      const global = ['eventemitter2', '@nestjs/event-emitter', 'event-dispatch'].includes(target.specifier);
      if (global && !isOwnInstance(module, path)) return shared;
      const binding = findBinding(modules, linker, module, path);
      const steps = binding?.steps.filter((step) => step !== 'new') ?? [];
      return binding === undefined || name === undefined
        ? undefined
        : `${binding.module}#${[binding.name, ...steps].join('.')}`;
    }
    if (target?.kind !== 'unit') return undefined;
    return emitterClass(target.module, target.unit) ? `${target.module}#${target.unit}` : undefined;
  }

  /** `export const bus = new EventEmitter2()` at the top level: not what is injected. */
  function isOwnInstance(module: string, path: SymbolPath): boolean {
    const binding = findBinding(modules, linker, module, path);
    return binding !== undefined && binding.steps.length === 0 && !path.steps.includes('new');
  }

  function emitterClass(module: string, unit: string, depth = 0): boolean {
    const record = modules.get(module)?.classes.find((known) => known.unit === unit);
    const target = record?.extends === undefined || depth > 6 ? undefined : linker.follow(module, record.extends);
    if (target?.kind === 'external') return /^(?:node:)?events$|eventemitter|emittery/.test(target.specifier);
    return target?.kind === 'unit' && emitterClass(target.module, target.unit, depth + 1);
  }
}

/** `order.*` takes one word, `order.**` any number (eventemitter2). */
function matches(pattern: string, name: string): boolean {
  const source = pattern
    .split('.')
    .map((word) => (word.endsWith('**') ? '.+' : word.replace(/[$()+?[\\\]^{|}]/g, '\\$&').replaceAll('*', '[^.]+')))
    .join('\\.');
  return new RegExp(`^${source}$`).test(name);
}
