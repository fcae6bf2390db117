import { step } from '../../source/resolve-local.ts';
import type { Machine } from './machine.ts';
import { listMember, recordMember, textMember } from './natives.ts';
import { instantiate, runCallbacks } from './call-value.ts';
import {
  asRouter,
  choiceOf,
  unknown,
  type ClassValue,
  type FunctionValue,
  type RecordValue,
  type Value,
} from './values.ts';

/** `value.key`. */
export function memberOf(value: Value, key: string, machine: Machine): Value {
  switch (value.kind) {
    case 'choice':
      return choiceOf(value.values.map((one) => machine.member(one, key)));
    case 'record':
      return recordValue(value, key, machine);
    case 'class':
      return staticValue(value, key, machine);
    case 'router': {
      const { router } = value;
      const field = router.fields.get(key);
      if (field !== undefined) return field;
      return {
        kind: 'native',
        call: (given, site) => {
          const result = router.framework.call(router, key, given.map(asRouter), site, machine);
          if (result === undefined) runCallbacks(given, site, machine);
          return result ?? value;
        },
      };
    }
    case 'function':
      return functionMember(value, key, machine);
    case 'list':
      return listMember(value.items, key, machine);
    case 'text':
      return textMember(value, key);
    case 'symbol':
      return key === 'bind'
        ? thenable(value, key, machine)
        : { kind: 'symbol', module: value.module, path: step(value.path, key) };
    case 'unknown':
      // `wrap(list).bind(this)`, `promise.then(register)`.
      return value.carries === undefined || !/^(?:then|bind|catch|finally)$/.test(key)
        ? unknown
        : thenable(value, key, machine);
    default:
      return unknown;
  }
}

function recordValue(record: RecordValue, key: string, machine: Machine): Value {
  const field = record.fields.get(key);
  if (field !== undefined) return field.value;
  if (key === 'then') return thenable(record, key, machine);
  if (record.of === undefined) return recordMember(record, key);
  const member = classMember(record.of, record, key, false, machine);
  const { base } = record;
  if (base !== undefined && (member === undefined || member.kind === 'symbol'))
    return machine.member({ kind: 'router', router: base }, key);
  return member ?? unknown;
}

/** A method or getter of the class or one that it extends. */
function classMember(
  of: ClassValue,
  self: Value,
  key: string,
  isStatic: boolean,
  machine: Machine,
  depth = 0,
): Value | undefined {
  for (const member of of.code.members) {
    if (member.static !== isStatic || member.key.kind !== 'text' || member.key.text !== key) continue;
    if (member.value.kind !== 'function') {
      const injected = member.kind === 'field' ? injectedValue(member.type, of, machine) : undefined;
      if (injected !== undefined) return injected;
      continue;
    }
    const method: FunctionValue = {
      kind: 'function',
      module: of.module,
      code: member.value.code,
      scope: { module: of.module, parent: of.scope, names: new Map(), self, home: of },
      self,
    };
    return member.kind === 'get' ? machine.call(method, [], placeOf(of)) : method;
  }
  if (!isStatic) {
    const held = parameterField(of, key, machine);
    if (held !== undefined) return held;
  }
  const parent = of.code.parent === undefined || depth > 12 ? undefined : machine.evaluate(of.code.parent, of.scope);
  if (parent?.kind === 'class') return classMember(parent, self, key, isStatic, machine, depth + 1);
  return parent?.kind === 'symbol'
    ? { kind: 'symbol', module: parent.module, path: step(parent.path, ...(isStatic ? [key] : ['new', key])) }
    : undefined;
}

/** `constructor(private readonly orders: Orders)` that nobody calls in the source: some container hands in an instance. */
function parameterField(of: ClassValue, key: string, machine: Machine): Value | undefined {
  for (const member of of.code.members) {
    if (member.key.kind !== 'text' || member.key.text !== 'constructor' || member.value.kind !== 'function') continue;
    const parameter = member.value.code.parameters.find(
      (one) => one.field && one.pattern.kind === 'name' && one.pattern.name === key,
    );
    return injectedValue(parameter?.type, of, machine);
  }
  return undefined;
}

function injectedValue(type: string | undefined, of: ClassValue, machine: Machine): Value | undefined {
  if (type === undefined) return undefined;
  const named = machine.evaluate({ kind: 'name', name: type }, of.scope);
  if (named.kind === 'class') {
    const known = machine.state.instances.get(named.code);
    return known ?? instantiate(named, [], placeOf(named), machine);
  }
  return named.kind === 'symbol' ? { ...named, path: step(named.path, 'new') } : undefined;
}

function staticValue(of: ClassValue, key: string, machine: Machine): Value {
  return of.statics.get(key)?.value ?? classMember(of, of, key, true, machine) ?? unknown;
}

function functionMember(value: FunctionValue, key: string, machine: Machine): Value {
  switch (key) {
    case 'bind':
      return {
        kind: 'native',
        call: ([self, ...given]) => {
          const bound = self === undefined || value.self !== undefined ? value : { ...value, self: self.value };
          if (given.length === 0) return bound;
          return { kind: 'native', call: (more, site) => machine.call(bound, [...given, ...more], site) };
        },
      };
    case 'call':
      return {
        kind: 'native',
        call: ([self, ...given], site) =>
          machine.call(self === undefined ? value : { ...value, self: self.value }, given, site),
      };
    case 'apply':
      return {
        kind: 'native',
        call: ([self, list], site) =>
          machine.call(
            self === undefined ? value : { ...value, self: self.value },
            list?.value.kind === 'list' ? list.value.items : [],
            site,
          ),
      };
    default:
      return unknown;
  }
}

function thenable(value: Value, key: string, machine: Machine): Value {
  return {
    kind: 'native',
    call: ([first], site) => {
      if (key === 'bind' || first === undefined) return value;
      return key === 'then' ? machine.call(first.value, [{ ...first, value }], site) : value;
    },
  };
}

function placeOf(of: ClassValue) {
  return { module: of.module, from: -1, to: -1, line: of.code.line };
}
