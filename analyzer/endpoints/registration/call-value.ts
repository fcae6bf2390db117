import { step } from '../../source/resolve-local.ts';
import { assumedRouter } from './assumed-router.ts';
import { packageCall } from './package-values.ts';
import type { Machine } from './machine.ts';
import { bind } from './names.ts';
import type { FunctionCode } from './program.ts';
import {
  choiceOf,
  carrying,
  itemOf,
  knownText,
  listValue,
  unknown,
  type ClassValue,
  type Environment,
  type FunctionValue,
  type Item,
  type RecordValue,
  type Site,
  type Value,
} from './values.ts';

const maxDepth = 48;

/** What a call does and gives. */
export function callValue(
  callee: Value,
  given: readonly Item[],
  site: Site,
  construct: boolean,
  machine: Machine,
): Value {
  if (machine.state.stack.length > maxDepth) return unknown;
  switch (callee.kind) {
    case 'choice':
      return choiceOf(callee.values.map((one) => machine.call(one, given, site, construct)));
    case 'native':
      return callee.call(given, site);
    case 'function':
      return callFunction(callee, given, site, machine);
    case 'class':
      return instantiate(callee, given, site, machine);
    case 'symbol': {
      const made = packageCall(callee, given, site, construct, machine);
      if (made !== undefined) return made;
      runCallbacks(given, site, machine);
      return carrying(
        { ...callee, path: step(callee.path, construct ? 'new' : '()') },
        given.map((item) => item.value),
      );
    }
    default:
      runCallbacks(given, site, machine);
      return carrying(unknown, [callee, ...given.map((item) => item.value)]);
  }
}

/** Makes an instance: fields, then the constructor, the parent's before the own ones. */
export function instantiate(of: ClassValue, given: readonly Item[], site: Site, machine: Machine): Value {
  const self: RecordValue = { kind: 'record', fields: new Map(), of };
  if (machine.state.forced !== of.code) machine.state.called.add(of.code);
  if (!machine.state.instances.has(of.code)) machine.state.instances.set(of.code, self);
  machine.construct(of, self, given, site);
  return self;
}

export function construct(
  of: ClassValue,
  self: RecordValue,
  given: readonly Item[],
  site: Site,
  machine: Machine,
): void {
  if (of.code !== self.of?.code) machine.state.bases.add(of.code);
  const within: Environment = { module: of.module, parent: of.scope, names: new Map(), self, home: of };
  const maker = of.code.members.find((member) => member.key.kind === 'text' && member.key.text === 'constructor');
  const parent = of.code.parent === undefined ? unknown : machine.evaluate(of.code.parent, of.scope);
  if (maker === undefined) constructParent(parent, self, given, site, machine);
  for (const member of of.code.members) {
    if (member.kind !== 'field' || member.static) continue;
    const key = knownText(machine.evaluate(member.key, within));
    if (key === undefined) continue;
    const value = machine.evaluate(member.value, within);
    if (value.kind !== 'unknown' || !self.fields.has(key)) self.fields.set(key, itemOf(value, site));
  }
  if (maker?.value.kind !== 'function') return;
  const made = { kind: 'function', module: of.module, code: maker.value.code, scope: within, self } as const;
  machine.call(made, given, site);
}

/** `super(…)`: the parent's constructor on the same instance, or the router that a framework makes for it. */
export function constructParent(
  parent: Value,
  self: RecordValue,
  given: readonly Item[],
  site: Site,
  machine: Machine,
): void {
  if (parent.kind === 'class') machine.construct(parent, self, given, site);
  const made = parent.kind === 'symbol' ? packageCall(parent, given, site, true, machine) : undefined;
  if (made?.kind === 'router') self.base = made.router;
}

function callFunction(callee: FunctionValue, given: readonly Item[], site: Site, machine: Machine): Value {
  const { code } = callee;
  const { state } = machine;
  // What is run without a caller is not called by that.
  if (state.forced !== code) state.called.add(code);
  const carried = [...given.map((item) => item.value), callee];
  // Twice in itself is enough of a recursion.
  const running = state.stack.filter((frame) => frame.running === code).length;
  if (code.steps === undefined || running > 1) return carrying(unknown, carried);
  const scope: Environment = {
    module: callee.module,
    parent: callee.scope,
    names: new Map<string, Value>([['arguments', listValue(given)]]),
    ...(callee.self === undefined ? {} : { self: callee.self }),
  };
  bindParameters(code, given, scope, machine);
  const returned: Value[] = [];
  const before = state.uncertain;
  state.stack.push({ ...site, running: code });
  state.uncertain = 0;
  machine.run(code.steps, scope, returned);
  state.uncertain = before;
  state.stack.pop();
  return withCarried(choiceOf(returned), carried);
}

function bindParameters(code: FunctionCode, given: readonly Item[], scope: Environment, machine: Machine): void {
  code.parameters.forEach((parameter, index) => {
    const value = parameter.rest ? listValue(given.slice(index)) : (given[index]?.value ?? unknown);
    const assumed = value.kind === 'unknown' ? assumedRouter(code, parameter, index, scope.module, machine) : undefined;
    bind(parameter.pattern, assumed ?? value, scope, machine);
    const { pattern } = parameter;
    if (parameter.field && pattern.kind === 'name') {
      const held = scope.names.get(pattern.name) ?? unknown;
      if (scope.self?.kind === 'record' && held.kind !== 'unknown')
        scope.self.fields.set(pattern.name, { value: held, module: scope.module, from: -1, to: -1, line: code.line });
    }
  });
}

/** A wrapper gives back a function of its own: what it was given still answers. */
function withCarried(value: Value, carried: readonly Value[]): Value {
  switch (value.kind) {
    case 'function':
    case 'symbol':
    case 'unknown':
      return carrying(value, carried);
    case 'choice':
      return choiceOf(value.values.map((one) => withCarried(one, carried)));
    default:
      return value;
  }
}

/** `connect(() => { app.get(…) })`: when it calls back is not known, that it does is likely. */
export function runCallbacks(given: readonly Item[], site: Site, machine: Machine): void {
  for (const { value } of given)
    if (value.kind === 'function' && value.code.steps !== undefined) machine.call(value, [], site);
}
