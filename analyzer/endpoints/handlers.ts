import type { FoundEndpoint, Project } from '../adapters/adapter.ts';
import { unitId } from '../dependencies/edges.ts';
import type { StaticValue } from '../source/static-value.ts';

/** Who answers, and where it is written when it is written in place. */
export type Handlers = Pick<FoundEndpoint, 'handlers' | 'stretch'>;

/** The units behind a handler: a function in place, a name of one, or one of these wrapped in calls. */
export function handlersOf(project: Project, module: string, value: StaticValue | undefined): Handlers {
  switch (value?.kind) {
    case 'function':
      return value.unit === undefined
        ? handlersBetween(project, module, value.from, value.to)
        : { handlers: [unitId(module, value.unit)], stretch: { from: value.from, to: value.to } };
    case 'reference': {
      const target = project.linker.follow(module, value.path);
      return { handlers: target?.kind === 'unit' ? [unitId(target.module, target.unit)] : [] };
    }
    case 'call': {
      const inside = value.arguments.map((argument) => handlersOf(project, module, argument));
      const between = handlersBetween(project, module, value.from, value.to);
      const named = inside.flatMap(({ handlers }) => handlers);
      return { ...between, handlers: [...new Set([...named, ...between.handlers])] };
    }
    case 'object': {
      const inside = value.entries.map((entry) => handlersOf(project, module, entry.value));
      const [only] = inside;
      return inside.length === 1 && only !== undefined
        ? only
        : { handlers: inside.flatMap(({ handlers }) => handlers) };
    }
    case 'choice':
      return { handlers: value.options.flatMap((option) => handlersOf(project, module, option).handlers) };
    default:
      return { handlers: [] };
  }
}

/** Named functions that start in a stretch of a module, and what is used there. */
export function handlersBetween({ modules, linker }: Project, module: string, from: number, to: number): Handlers {
  const summary = modules.get(module);
  const units: string[] = [];
  for (const [at, unit] of summary?.unitStarts ?? []) if (at >= from && at < to) units.push(unitId(module, unit));
  for (const reference of summary?.references ?? []) {
    if (reference.at < from || reference.at >= to) continue;
    const target = linker.follow(module, reference.path);
    if (target?.kind === 'unit') units.push(unitId(target.module, target.unit));
  }
  return { handlers: [...new Set(units)].filter((unit) => unit !== module), stretch: { from, to } };
}

/** A value without what its functions give back, which nobody asks of a handler. */
export function withoutResults(value: StaticValue): StaticValue {
  switch (value.kind) {
    case 'function':
      return { ...value, returns: undefined };
    case 'call':
      return { ...value, object: undefined, arguments: value.arguments.map(withoutResults) };
    case 'object':
      return {
        ...value,
        entries: value.entries.map((entry) => ({ ...entry, value: withoutResults(entry.value) })),
      };
    case 'list':
      return { ...value, items: value.items.map(withoutResults) };
    default:
      return value;
  }
}
