import type { Machine } from './machine.ts';
import type { FunctionCode, ParameterCode } from './program.ts';
import type { RouterFramework } from './framework.ts';
import type { Item, Site, Value } from './values.ts';

const routerNames = /^(?:app|server|router|fastify|instance|\w+Router|\w+App)$/;
const routerTypeNames = /(?:App|Application|Router|Server|Instance)$|^(?:Fastify|Hono|Express|Koa)/;

const assumed = new WeakMap<FunctionCode, Map<string, Value>>();

/** The router that a parameter stands for when no caller gives one: by its type, or by one of the established names. */
export function assumedRouter(
  code: FunctionCode,
  parameter: ParameterCode,
  index: number,
  module: string,
  machine: Machine,
): Value | undefined {
  if (!code.speaks) return undefined;
  const { pattern } = parameter;
  if (pattern.kind === 'name') {
    const framework = frameworkOf(
      pattern.name,
      parameter.type ?? (index === 0 ? code.contract : undefined),
      module,
      machine,
    );
    return framework === undefined ? undefined : routerOf(code, pattern.name, framework, module, machine);
  }
  if (pattern.kind !== 'record') return undefined;
  const fields = new Map<string, Item>();
  for (const { key, pattern: inner } of pattern.fields) {
    if (inner.kind !== 'name') continue;
    const framework = frameworkOf(key, undefined, module, machine);
    const value = framework === undefined ? undefined : routerOf(code, key, framework, module, machine);
    if (value !== undefined) fields.set(key, { value, module, from: code.from, to: code.to, line: code.line });
  }
  return fields.size === 0 ? undefined : { kind: 'record', fields };
}

function routerOf(
  code: FunctionCode,
  name: string,
  framework: RouterFramework,
  module: string,
  machine: Machine,
): Value {
  const known = assumed.get(code) ?? new Map<string, Value>();
  assumed.set(code, known);
  const before = known.get(name);
  if (before !== undefined) return before;
  const site: Site = { module, from: code.from, to: code.to, line: code.line };
  const value: Value = { kind: 'router', router: machine.createRouter(framework, site, { app: true, assumed: true }) };
  known.set(name, value);
  return value;
}

function frameworkOf(
  name: string,
  type: string | undefined,
  module: string,
  machine: Machine,
): RouterFramework | undefined {
  const imports = machine.programs.get(module)?.imports;
  if (type !== undefined) {
    const specifier = imports?.get(type)?.specifier;
    const typed = machine.frameworks.find(
      (framework) => framework.types.has(type) && (specifier === undefined || framework.packages.has(specifier)),
    );
    if (typed !== undefined) return typed;
    if (!routerTypeNames.test(type)) return undefined;
  }
  if (!routerNames.test(name)) return undefined;
  const named = machine.frameworks.find((framework) => framework.name === name);
  const specifiers = new Set([...(imports?.values() ?? [])].map((entry) => entry.specifier));
  const imported = machine.frameworks.find((framework) => [...framework.packages].some((one) => specifiers.has(one)));
  return named ?? imported ?? machine.inUse()[0];
}
