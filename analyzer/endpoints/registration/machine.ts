import type { Project } from '../../adapters/adapter.ts';
import type { Code, ModuleProgram, Step } from './program.ts';
import type { RouterFramework } from './framework.ts';
import type { Router } from './router.ts';
import type { ClassValue, Environment, FunctionValue, Item, RecordValue, Site, TextValue, Value } from './values.ts';

/** Running registration code on paper: what the parts of the interpreter ask of each other. */
export interface Machine {
  readonly project: Project;
  readonly programs: ReadonlyMap<string, ModuleProgram>;
  readonly frameworks: readonly RouterFramework[];
  readonly state: MachineState;
  /** What a framework keeps for the whole program, by names of its own. */
  readonly shared: Map<string, Router | TextValue>;
  evaluate(code: Code, scope: Environment): Value;
  /** Whether the steps left the function for certain. */
  run(steps: readonly Step[], scope: Environment, returned: Value[]): 'on' | 'left' | 'returned';
  call(callee: Value, given: readonly Item[], site: Site, construct?: boolean): Value;
  /** Runs the constructor of a class on an instance that is there. */
  construct(of: ClassValue, self: RecordValue, given: readonly Item[], site: Site): void;
  member(value: Value, key: string): Value;
  /** What a module exports by a name; `*` and `=` are all of it. */
  exported(module: string, name: string): Value;
  required(fromModule: string, specifier: Value, name: string): Value;
  createRouter(framework: RouterFramework, site: Site, options?: RouterOptions): Router;
  addRoute(router: Router, route: NewRoute, site: Site): void;
  addMount(router: Router, target: Router, paths: readonly TextValue[], guards: readonly Item[]): void;
  addGuards(router: Router, paths: readonly TextValue[], guards: readonly Item[]): void;
  /** Every text that a value can stand for. */
  texts(value: Value): TextValue[];
  /** Frameworks that some module imports. */
  inUse(): readonly RouterFramework[];
}

export interface RouterOptions {
  readonly app?: boolean;
  readonly assumed?: boolean;
  readonly bare?: boolean;
  readonly prefixes?: readonly TextValue[];
}

export interface NewRoute {
  readonly methods: readonly string[];
  readonly paths: readonly TextValue[];
  readonly guards: readonly Item[];
  readonly handlers: readonly Item[];
}

/** A call that is being run, and the code that it runs. */
export interface Frame extends Site {
  readonly running: object;
}

export interface MachineState {
  /** Evaluations left: a program that has more to say is cut off. */
  fuel: number;
  order: number;
  /** How many alternatives around this one may not happen. */
  uncertain: number;
  /** Calls that are being run, outermost first. */
  readonly stack: Frame[];
  /** What is run without a caller. */
  forced: object | undefined;
  readonly routers: Router[];
  /** Functions and classes that code called by itself. */
  readonly called: Set<object>;
  /** Those that speak of routes, by their code: run at the end if nobody called them. */
  readonly waiting: Map<object, FunctionValue | ClassValue>;
  readonly instances: Map<object, RecordValue>;
  readonly answering: Set<object>;
  /** Classes that others extend: they are run with those. */
  readonly bases: Set<object>;
}
