import type { Machine } from './machine.ts';
import type { Router } from './router.ts';
import type { Item, Site, Value } from './values.ts';

/** A call into a package: `names` lead from the package to what is called, `['default']` and `['*']` left out. */
export interface PackageCall {
  readonly specifier: string;
  readonly names: readonly string[];
  readonly construct: boolean;
  readonly given: readonly Item[];
  readonly site: Site;
}

/** What is to know of one framework whose routes are registered by calls. */
export interface RouterFramework {
  readonly name: string;
  readonly packages: ReadonlySet<string>;
  /** Types of the package whose values are routers. */
  readonly types: ReadonlySet<string>;
  /** Guards of a router hold for its routes wherever they are written, before or after. */
  readonly guardsAll?: boolean;
  /** A path in Express' notation. */
  readonly pathOf?: (path: string) => string;
  /** What a call into one of its packages gives; undefined when nothing that matters. */
  readonly create: (call: PackageCall, machine: Machine) => Value | undefined;
  /** What `router.name(…)` registers, and gives; undefined when this framework has no such method. */
  readonly call: (
    router: Router,
    name: string,
    given: readonly Item[],
    site: Site,
    machine: Machine,
  ) => Value | undefined;
}
