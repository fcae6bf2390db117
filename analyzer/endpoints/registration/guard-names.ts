import type { Project } from '../../adapters/adapter.ts';
import { accessWords } from '../access-words.ts';
import { guardFields } from './route-records.ts';
import type { Item } from './values.ts';

/** `route`: named with the route itself. `router`, `application`: for all that comes after in there. */
type Reach = 'route' | 'router' | 'application';

/** What guards are called, as they are written. */
export function createGuardNames(project: Project): (items: readonly Item[], reach?: Reach) => string[] {
  return (items, reach = 'route') => [
    ...new Set(
      items.flatMap((item) => {
        const name = nameOf(item);
        if (name === undefined || answersErrors(item)) return [];
        // What is done to every request (logs, helmet, express.json) is no guard, unless its name says that it lets some in.
        const general = reach === 'application' || (reach === 'router' && isOfPackage(item));
        return general && !accessWords.test(name) ? [] : [name];
      }),
    ),
  ];

  function isOfPackage({ value }: Item): boolean {
    if (value.kind !== 'symbol' || value.path.root.kind !== 'import') return false;
    return project.linker.resolve(value.module, value.path.root.specifier).kind !== 'module';
  }
}

const hooks: ReadonlySet<string> = new Set(guardFields);

/** `(error, request, response, next) => …` answers what went wrong. */
function answersErrors({ value }: Item): boolean {
  return value.kind === 'function' && value.code.parameters.length === 4;
}

function nameOf(item: Item): string | undefined {
  if (item.name !== undefined) return item.name;
  const { value } = item;
  // A function that is only called by the hook that it is given to has no name of its own.
  return value.kind === 'function' &&
    value.code.named &&
    /^[\w$.]+$/.test(value.code.unit) &&
    !hooks.has(value.code.unit)
    ? value.code.unit
    : undefined;
}
