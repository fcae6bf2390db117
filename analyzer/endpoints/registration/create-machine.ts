import type { Project } from '../../adapters/adapter.ts';
import { resolveText } from '../../source/resolve-text.ts';
import { callValue, construct, instantiate } from './call-value.ts';
import { evaluateCode } from './evaluate-code.ts';
import type { RouterFramework } from './framework.ts';
import type { Frame, Machine, MachineState } from './machine.ts';
import { memberOf } from './members.ts';
import { createModuleValues } from './module-values.ts';
import type { ModuleProgram } from './program.ts';
import { placeOfRoute } from './place-of-route.ts';
import type { Router } from './router.ts';
import { runSteps } from './run-steps.ts';
import { alternatives, functionsIn, textValue, type TextValue, type Value } from './values.ts';

const fuelPerProgram = 5_000;
const maxFuel = 10_000_000;

/** Runs every program on paper and gives the routers that they made, with what was registered on each. */
export function runPrograms(
  programs: ReadonlyMap<string, ModuleProgram>,
  frameworks: readonly RouterFramework[],
  project: Project,
): { readonly routers: readonly Router[]; readonly called: ReadonlySet<object> } {
  const state: MachineState = {
    fuel: Math.min(maxFuel, 200_000 + programs.size * fuelPerProgram),
    order: 0,
    uncertain: 0,
    stack: [] as Frame[],
    forced: undefined,
    routers: [],
    called: new Set(),
    waiting: new Map(),
    instances: new Map(),
    answering: new Set(),
    bases: new Set(),
  };
  const used = new Set<RouterFramework>();
  for (const program of programs.values())
    for (const { specifier } of program.imports.values())
      for (const framework of frameworks) if (framework.packages.has(specifier)) used.add(framework);
  const modules = createModuleValues(() => machine);
  const machine: Machine = {
    project,
    programs,
    frameworks,
    state,
    shared: new Map(),
    evaluate: (code, scope) => evaluateCode(code, scope, machine),
    run: (steps, scope, returned) => runSteps(steps, scope, returned, machine),
    call: (callee, given, site, made = false) => callValue(callee, given, site, made, machine),
    construct: (of, self, given, site) => construct(of, self, given, site, machine),
    member: (value, key) => memberOf(value, key, machine),
    exported: modules.exported,
    required: modules.required,
    inUse: () => frameworks.filter((framework) => used.has(framework)),
    createRouter(framework, site, options = {}) {
      used.add(framework);
      const router: Router = {
        framework,
        id: state.routers.length,
        app: options.app ?? false,
        assumed: options.assumed ?? false,
        module: site.module,
        line: site.line,
        prefixes: options.prefixes ?? [],
        bare: options.bare ?? false,
        routes: [],
        mounts: [],
        guards: [],
        fields: new Map(),
      };
      state.routers.push(router);
      return router;
    },
    addRoute(router, route, site) {
      for (const handler of route.handlers)
        for (const value of functionsIn(handler.value)) if (value.kind === 'function') state.answering.add(value.code);
      router.routes.push({ ...route, ...placeOfRoute(route.paths, site, state.stack), ...stamp(state) });
    },
    addMount(router, target, paths, guards) {
      if (router !== target) router.mounts.push({ target, paths, guards, ...stamp(state) });
    },
    addGuards(router, paths, guards) {
      router.guards.push({ paths, guards, ...stamp(state) });
    },
    texts: (value) => alternatives(value).flatMap((one) => textsOf(one, project)),
  };
  for (const module of programs.keys()) modules.scopeOf(module);
  runWaiting(machine);
  return { routers: state.routers, called: state.called };
}

function stamp(state: MachineState): { readonly order: number; readonly forced: object | undefined } {
  state.order += 1;
  return { order: state.order, forced: state.forced };
}

function textsOf(value: Value, project: Project): TextValue[] {
  if (value.kind === 'text') return [value];
  if (value.kind !== 'symbol') return [];
  const known = project.linker.textOf(value.module, value.path);
  if (known === undefined) return [];
  return resolveText(known.module, known.pieces, project.linker).map((parts) => textValue(...parts));
}

/** What speaks of routes and was called by nobody: a framework, a container or a test does. */
function runWaiting(machine: Machine): void {
  const { state } = machine;
  const done = new Set<object>();
  for (const [code, value] of state.waiting) {
    if (state.answering.has(code) || state.bases.has(code) || state.fuel <= 0) continue;
    const site = { module: value.module, from: -1, to: -1, line: value.code.line };
    if (value.kind === 'function') {
      if (state.called.has(code)) continue;
      state.forced = code;
      machine.call(value, [], site);
    } else {
      state.forced = state.called.has(code) ? undefined : code;
      const self = state.instances.get(code) ?? instantiate(value, [], site, machine);
      for (const member of value.code.members) {
        if (member.value.kind !== 'function' || member.key.kind !== 'text' || member.kind !== 'method') continue;
        const method = member.value.code;
        if (!method.speaks || member.key.text === 'constructor' || state.called.has(method) || done.has(method))
          continue;
        if (state.answering.has(method)) continue;
        done.add(method);
        const before = state.forced;
        state.forced ??= method;
        machine.call(machine.member(member.static ? value : self, member.key.text), [], site);
        state.forced = before;
      }
    }
    state.forced = undefined;
  }
}
