import type { RouterFramework } from './framework.ts';
import type { Item, TextValue, Value } from './values.ts';

/** What routes are registered on: an application, a router, a plug-in's instance. Filled while programs run. */
export interface Router {
  readonly framework: RouterFramework;
  readonly id: number;
  /** Whether it answers by itself, without being mounted. */
  app: boolean;
  /** A parameter of which no caller was found stands for it. */
  readonly assumed: boolean;
  readonly module: string;
  readonly line: number;
  /** Prefixes that it was given itself. */
  prefixes: readonly TextValue[];
  /** `route('/x')` takes no paths any more. */
  readonly bare: boolean;
  readonly routes: RouteRecord[];
  readonly mounts: MountRecord[];
  readonly guards: GuardRecord[];
  /** What was hung on it by other code. */
  readonly fields: Map<string, Value>;
}

interface Registered {
  readonly order: number;
  /** What had to be run without a caller for this to be seen. */
  readonly forced: object | undefined;
}

export interface RouteRecord extends Registered {
  readonly methods: readonly string[];
  readonly paths: readonly TextValue[];
  readonly guards: readonly Item[];
  /** What answers: usually one, several for a resource. */
  readonly handlers: readonly Item[];
  readonly module: string;
  readonly line: number;
}

export interface MountRecord extends Registered {
  readonly target: Router;
  readonly paths: readonly TextValue[];
  readonly guards: readonly Item[];
}

export interface GuardRecord extends Registered {
  /** None: every path. */
  readonly paths: readonly TextValue[];
  readonly guards: readonly Item[];
}
