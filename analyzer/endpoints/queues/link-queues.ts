import type { Findings, FoundEndpoint, Project } from '../../adapters/adapter.ts';
import { findBinding } from '../../dependencies/find-binding.ts';
import { unitId } from '../../dependencies/edges.ts';
import type { Dependency, Unresolved } from '../../facts/facts.ts';
import type { SymbolPath } from '../../source/module-summary.ts';
import { entryOf, type StaticValue } from '../../source/static-value.ts';
import { createClassIndex, type KnownClass } from '../decorated/class-index.ts';
import { expandDecorators } from '../decorated/expand-decorators.ts';
import { textOf, textsOf, unknownText } from '../decorated/values.ts';
import { handlersOf, type Handlers } from '../handlers.ts';
import type { QueueRef, QueuesSummary, WorkerRecord } from './queues-summary.ts';

interface Worker extends Handlers {
  readonly queue: string;
  /** Undefined when it takes every job of the queue. */
  readonly job: string | undefined;
  readonly module: string;
  readonly line: number;
}

const nestPackages = new Set(['@nestjs/bull', '@nestjs/bullmq', 'nestjs-bullmq', '@nestjs/bull-shared']);

/** Which parameter the handler is, maybe wrapped: `new Worker(name, measured(handler))`. */
function handedIndex(handler: StaticValue | undefined, name: number): number | undefined {
  if (handler?.kind === 'parameter') return handler.index === name ? undefined : handler.index;
  if (handler?.kind !== 'call') return undefined;
  return handler.arguments.map((argument) => handedIndex(argument, name)).find((index) => index !== undefined);
}

/** Workers as endpoints `job queue/name`, and producers as events to them. */
export function linkQueues(found: ReadonlyMap<string, QueuesSummary>, project: Project): Findings {
  const { linker } = project;
  const index = createClassIndex(project);
  const unresolved: Unresolved[] = [];
  const workers = [...plainWorkers(), ...nestWorkers()];
  const endpoints = workers.map(endpointOf);
  return { endpoints, dependencies: producerEvents(), unresolved };

  function plainWorkers(): Worker[] {
    return [...found].flatMap(([module, { workers: own }]) =>
      own.flatMap((record): Worker[] => {
        const name = queueName(module, record.queue);
        // `new Worker(name, handler)` in a function that is handed both: whoever calls it says what they are.
        if (record.queue.kind === 'name' && record.queue.value.kind === 'parameter')
          return handedWorkers(module, record);
        if (name === undefined) return [];
        const jobs = record.job === undefined ? [undefined] : textsOr(module, record.job);
        const handlers = handlersOf(project, module, record.handler);
        return jobs.map((job) => ({ ...handlers, queue: name, job, module, line: record.line }));
      }),
    );
  }

  function handedWorkers(module: string, { queue, handler, unit, line }: WorkerRecord): Worker[] {
    const name = queue.kind === 'name' && queue.value.kind === 'parameter' ? queue.value.index : -1;
    const handled = handedIndex(handler, name);
    const handed = [...found].flatMap(([from, { registering }]) =>
      registering.flatMap((call): Worker[] => {
        const target = linker.follow(from, call.callee);
        if (target?.kind !== 'unit' || target.module !== module || target.unit !== unit) return [];
        const text = textOf(linker, from, call.arguments[name]);
        const own =
          handled === undefined
            ? handlersOf(project, module, handler)
            : handlersOf(project, from, call.arguments[handled]);
        return [{ ...own, queue: text ?? unknownText, job: undefined, module: from, line: call.line }];
      }),
    );
    return handed.length > 0
      ? handed
      : [{ handlers: [unitId(module, unit)], queue: unknownText, job: undefined, module, line }];
  }

  /** `@Processor('mail')` with `@Process('welcome')` methods, or with one `process` for every job. */
  function nestWorkers(): Worker[] {
    return index.classes.flatMap((known) => {
      const decorators = expandDecorators(known.module, known.record.decorators, project, new Map());
      const processor = decorators.find(({ package: from, name }) => nestPackages.has(from) && name === 'Processor');
      if (processor === undefined) return [];
      const [first] = processor.arguments;
      const queue =
        textOf(linker, processor.module, first?.kind === 'object' ? entryOf(first, 'name') : first) ?? unknownText;
      const handlers = index.members(known).flatMap(({ member, owner }): Worker[] => {
        if (member.unit === undefined) return [];
        const [process] = expandDecorators(owner.module, member.decorators, project, new Map()).filter(
          ({ package: from, name }) => nestPackages.has(from) && name === 'Process',
        );
        const whole =
          process === undefined && owner.id === known.id && member.name === 'process' && isWorkerHost(known);
        if (process === undefined && !whole) return [];
        const [named] = process?.arguments ?? [];
        const value =
          named?.kind === 'object' ? entryOf(named, 'name') : named?.kind === 'constant' ? undefined : named;
        const jobs = value === undefined ? [undefined] : textsOr(owner.module, value);
        const handler = unitId(owner.module, member.unit);
        return jobs.map((job) => ({
          handlers: [handler],
          queue,
          job,
          module: owner.module,
          line: process?.line ?? member.line,
        }));
      });
      return handlers;
    });
  }

  function isWorkerHost(known: KnownClass): boolean {
    return index.chain(known).some(({ module, record }) => {
      const target = record.extends === undefined ? undefined : linker.follow(module, record.extends);
      return target?.kind === 'external' && nestPackages.has(target.specifier);
    });
  }

  function textsOr(module: string, value: StaticValue): string[] {
    const texts = textsOf(linker, module, value);
    return texts.length === 0 ? [unknownText] : texts;
  }

  function queueName(module: string, queue: QueueRef): string | undefined {
    if (queue.kind === 'system') return queue.name;
    if (queue.kind === 'name') return textOf(linker, module, queue.value) ?? unknownText;
    return heldName(module, queue.path) ?? injectedName(module, queue.path);
  }

  /** The name of the queue that a constant, a field or the result of a function holds. */
  function heldName(module: string, path: SymbolPath): string | undefined {
    const binding = findBinding(project.modules, linker, module, path);
    if (binding === undefined) return undefined;
    const steps = binding.steps.filter((step) => step !== 'new');
    const names = [[binding.name, ...steps].join('.'), binding.name, lookupUnit(module, path)];
    for (const name of names) {
      const value = name === undefined ? undefined : found.get(binding.module)?.held.get(name);
      if (value !== undefined) return textOf(linker, binding.module, value) ?? unknownText;
    }
    return undefined;
  }

  function lookupUnit(module: string, path: SymbolPath): string | undefined {
    const target = linker.follow(module, path);
    return target?.kind === 'unit' ? [target.unit, ...target.steps].join('.') : undefined;
  }

  /** `@InjectQueue('mail') private readonly queue: Queue`. */
  function injectedName(module: string, { root, steps }: SymbolPath): string | undefined {
    const [made, field] = steps;
    if (root.kind !== 'unit' || made !== 'new' || field === undefined) return undefined;
    const known = index.classes.find((own) => own.module === module && own.record.unit === root.name);
    for (const { module: from, record } of known === undefined ? [] : index.chain(known)) {
      const holders = [
        ...(record.parameters ?? []).filter((parameter) => parameter.name === field),
        ...record.members.filter((member) => member.name === field),
      ];
      const decorator = holders.flatMap(({ decorators }) => decorators).find(({ name }) => name === 'InjectQueue');
      if (decorator !== undefined) return textOf(linker, from, decorator.arguments[0]) ?? unknownText;
    }
    return undefined;
  }

  function endpointOf({ queue, job, module, line, ...handlers }: Worker): FoundEndpoint {
    const id = job === undefined ? `job ${queue}` : `job ${queue}/${job}`;
    const place = `${module}:${line}`;
    if (id.includes(unknownText))
      unresolved.push({ place, what: 'endpoint', text: id, reason: 'The queue or job is only known at run time.' });
    return { id, kind: 'job', ...handlers, module, place };
  }

  function producerEvents(): Dependency[] {
    const events = new Map<string, Dependency>();
    for (const [module, { producers }] of found) {
      for (const { queue, job, unit, line } of producers) {
        const name = queueName(module, queue);
        if (name === undefined || name.includes(unknownText)) continue;
        const jobs = new Set(job === undefined ? [] : textsOf(linker, module, job));
        for (const worker of workers) {
          if (worker.queue !== name) continue;
          if (worker.job !== undefined && jobs.size > 0 && !jobs.has(worker.job) && worker.job !== '*') continue;
          for (const to of worker.handlers.slice(0, 1)) {
            const from = unitId(module, unit);
            const key = `${from}\n${to}`;
            const known = events.get(key);
            events.set(key, {
              ...(known ?? { from, to, kind: 'event', place: `${module}:${line}` }),
              count: (known?.count ?? 0) + 1,
            });
          }
        }
      }
    }
    return [...events.values()];
  }
}
