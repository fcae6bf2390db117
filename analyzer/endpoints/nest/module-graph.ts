import type { Project } from '../../adapters/adapter.ts';
import { findBinding } from '../../dependencies/find-binding.ts';
import { entryOf, itemsOf, type StaticValue } from '../../source/static-value.ts';
import type { ClassIndex, KnownClass } from '../decorated/class-index.ts';
import type { AppliedDecorator } from '../decorated/expand-decorators.ts';
import type { NestSummary } from './nest-summary.ts';

/** Which NestJS module imports which, and which controllers each one lists. Ids are those of classes. */
export interface ModuleGraph {
  readonly imports: ReadonlyMap<string, ReadonlySet<string>>;
  readonly controllers: ReadonlyMap<string, ReadonlySet<string>>;
  /** Modules that list a controller. */
  listing(controller: string): readonly string[];
  /** Something in the lists could not be read: an unlisted controller may be in there. */
  readonly incomplete: boolean;
  /** The modules that a root brings in, itself included. */
  reachable(root: string): ReadonlySet<string>;
}

export function linkModuleGraph(
  found: ReadonlyMap<string, NestSummary>,
  project: Project,
  index: ClassIndex,
  decoratorsOf: (known: KnownClass) => readonly AppliedDecorator[],
): ModuleGraph {
  const imports = new Map<string, Set<string>>();
  const controllers = new Map<string, Set<string>>();
  let incomplete = false;
  for (const known of index.classes) {
    for (const decorator of decoratorsOf(known)) {
      if (decorator.package !== '@nestjs/common' || decorator.name !== 'Module') continue;
      addLists(known.id, decorator.module, decorator.arguments[0]);
    }
  }
  for (const [module, { dynamicModules }] of found) {
    for (const value of dynamicModules) {
      const [id] = classesIn(module, entryOf(value, 'module'));
      if (id !== undefined) addLists(id, module, value);
    }
  }
  return {
    imports,
    controllers,
    get incomplete() {
      return incomplete;
    },
    listing: (controller) => [...controllers].filter(([, list]) => list.has(controller)).map(([id]) => id),
    reachable(root) {
      const reached = new Set([root]);
      for (const id of reached) for (const next of imports.get(id) ?? []) reached.add(next);
      return reached;
    },
  };

  function addLists(id: string, module: string, value: StaticValue | undefined): void {
    const add = (to: Map<string, Set<string>>, list: StaticValue | undefined) => {
      const known = to.get(id) ?? new Set();
      for (const item of classesIn(module, list)) known.add(item);
      to.set(id, known);
    };
    add(imports, entryOf(value, 'imports'));
    add(controllers, entryOf(value, 'controllers'));
  }

  /** Classes in a list, with spread lists, `forwardRef`, dynamic modules and both sides of a choice. */
  function classesIn(module: string, value: StaticValue | undefined, depth = 0): string[] {
    if (depth > 8) return [];
    return itemsOf(value).flatMap((item): string[] => {
      switch (item.kind) {
        case 'choice':
          return item.options.flatMap((option) => classesIn(module, option, depth + 1));
        case 'reference': {
          const known = index.at(module, item.path);
          if (known !== undefined) return [known.id];
          const binding = findBinding(project.modules, project.linker, module, item.path);
          const list = binding === undefined ? undefined : found.get(binding.module)?.lists.get(binding.name);
          if (binding !== undefined && list !== undefined) return classesIn(binding.module, list, depth + 1);
          if (project.linker.follow(module, item.path)?.kind !== 'external') incomplete = true;
          return [];
        }
        case 'function':
          return classesIn(module, item.returns, depth + 1);
        case 'object':
          return classesIn(module, entryOf(item, 'module'), depth + 1);
        case 'call': {
          const [first] = item.arguments;
          if (item.name === 'forwardRef') return classesIn(module, first, depth + 1);
          // `Orders.forRoot(…)`, `Orders.register(…)`.
          if (item.object?.kind === 'reference') {
            const known = index.at(module, item.object.path);
            if (known !== undefined) return [known.id];
          }
          if (item.callee === undefined || project.linker.follow(module, item.callee)?.kind !== 'external')
            incomplete = true;
          // `ConditionalModule.registerWhen(Orders, …)`, `[…].filter(Boolean)`, `compact([…])`.
          return [
            ...classesIn(module, item.object, depth + 1),
            ...item.arguments.flatMap((argument) => classesIn(module, argument, depth + 1)),
          ];
        }
        case 'list':
          return classesIn(module, item, depth + 1);
        case 'unknown':
        case 'parameter':
          incomplete = true;
          return [];
        default:
          return [];
      }
    });
  }
}
