import { constructParent } from './call-value.ts';
import type { Machine } from './machine.ts';
import { lookupName } from './names.ts';
import type { CallCode, Code, Given } from './program.ts';
import {
  alternatives,
  choiceOf,
  knownText,
  textValue,
  unknown,
  type ClassValue,
  type Environment,
  type Item,
  type RecordValue,
  type Value,
} from './values.ts';

/** What an expression stands for. */
export function evaluateCode(code: Code, scope: Environment, machine: Machine): Value {
  const { state } = machine;
  if (state.fuel <= 0) return unknown;
  state.fuel -= 1;
  switch (code.kind) {
    case 'text':
      return textValue(code.text);
    case 'flag':
      return { kind: 'flag', value: code.value };
    case 'join':
      return joinTexts(
        code.parts.map((part) => machine.evaluate(part, scope)),
        machine,
      );
    case 'name':
      return lookupName(code.name, scope, machine);
    case 'self':
      return selfOf(scope) ?? unknown;
    case 'parent':
      return selfOf(scope) ?? unknown;
    case 'member': {
      const object = machine.evaluate(code.object, scope);
      return memberBy(object, machine.evaluate(code.key, scope), machine);
    }
    case 'call':
      return evaluateCall(code, scope, machine);
    case 'record':
      return recordOf(code, scope, machine);
    case 'list':
      return { kind: 'list', items: code.items.flatMap((given) => itemsOf(given, scope, machine)) };
    case 'spread':
      return machine.evaluate(code.of, scope);
    case 'function': {
      const self = code.code.arrow ? selfOf(scope) : undefined;
      const value = {
        kind: 'function',
        module: scope.module,
        code: code.code,
        scope,
        ...(self === undefined ? {} : { self }),
      } as const;
      if (code.code.speaks && !state.waiting.has(code.code)) state.waiting.set(code.code, value);
      return value;
    }
    case 'class': {
      const value: ClassValue = { kind: 'class', module: scope.module, code: code.code, scope, statics: new Map() };
      if (code.code.speaks && !state.waiting.has(code.code)) state.waiting.set(code.code, value);
      for (const member of code.code.members) {
        if (!member.static || member.kind === 'get') continue;
        const key = knownText(machine.evaluate(member.key, scope));
        const inner: Environment = { module: scope.module, parent: scope, names: new Map(), self: value };
        if (key !== undefined)
          value.statics.set(key, { ...nowhere(scope.module), value: machine.evaluate(member.value, inner) });
      }
      return value;
    }
    case 'module':
      return machine.required(scope.module, machine.evaluate(code.specifier, scope), code.name);
    case 'either':
      return choiceOf(code.options.map((option) => machine.evaluate(option, scope)));
    case 'when': {
      const test = truth(machine.evaluate(code.test, scope));
      if (test !== undefined) return machine.evaluate(test ? code.yes : code.no, scope);
      state.uncertain += 1;
      const values = [machine.evaluate(code.yes, scope), machine.evaluate(code.no, scope)];
      state.uncertain -= 1;
      return choiceOf(values);
    }
    case 'compare': {
      const [left, right] = [machine.evaluate(code.left, scope), machine.evaluate(code.right, scope)].map(knownText);
      return left === undefined || right === undefined
        ? unknown
        : { kind: 'flag', value: (left === right) === code.equal };
    }
    case 'not': {
      const value = truth(machine.evaluate(code.of, scope));
      return value === undefined ? unknown : { kind: 'flag', value: !value };
    }
    case 'assign':
      return assign(code.target, machine.evaluate(code.value, scope), scope, machine);
    case 'sequence':
      return code.parts.map((part) => machine.evaluate(part, scope)).at(-1) ?? unknown;
    case 'unknown':
      return unknown;
  }
}

/** Items of a list or of arguments: spreads opened, each with the place and the name that it was written with. */
export function itemsOf(given: Given, scope: Environment, machine: Machine): Item[] {
  const value = machine.evaluate(given.code, scope);
  if (given.code.kind === 'spread') return value.kind === 'list' ? [...value.items] : [];
  const name = writtenName(given.code);
  const place = { module: scope.module, from: given.from, to: given.to, line: given.line };
  const placed: Value =
    value.kind === 'text' && value.origin === undefined && given.from >= 0
      ? { ...value, origin: { module: scope.module, at: given.from, line: given.line } }
      : value;
  return [{ ...place, value: placed, ...(name === undefined ? {} : { name }) }];
}

/** Whether a condition holds, where that is written down. */
export function truth(value: Value): boolean | undefined {
  if (value.kind === 'flag') return value.value;
  return value.kind === 'unknown' && value.absent === true ? false : undefined;
}

export function selfOf(scope: Environment): Value | undefined {
  for (let at: Environment | undefined = scope; at !== undefined; at = at.parent)
    if (at.self !== undefined) return at.self;
  return undefined;
}

export function joinTexts(values: readonly Value[], machine: Machine): Value {
  let joined: (string | undefined)[][] = [[]];
  for (const value of values) {
    const texts = machine.texts(value);
    const endings: (readonly (string | undefined)[])[] =
      texts.length === 0 ? [[undefined]] : texts.map((text) => text.parts);
    joined = joined.flatMap((start) => endings.map((ending) => [...start, ...ending])).slice(0, 24);
  }
  return choiceOf(joined.map((parts) => textValue(...parts)));
}

function nowhere(module: string): Omit<Item, 'value'> {
  return { module, from: -1, to: -1, line: 1 };
}

function evaluateCall(code: CallCode, scope: Environment, machine: Machine): Value {
  const site = { module: scope.module, from: code.from, to: code.to, line: code.line };
  if (code.callee.kind === 'parent') {
    callParent(code, scope, machine);
    return unknown;
  }
  const callee = machine.evaluate(code.callee, scope);
  const given = code.given.flatMap((one) => itemsOf(one, scope, machine));
  return machine.call(callee, given, site, code.construct);
}

function callParent(code: CallCode, scope: Environment, machine: Machine): void {
  let home: ClassValue | undefined;
  for (let at: Environment | undefined = scope; at !== undefined && home === undefined; at = at.parent) home = at.home;
  const self = selfOf(scope);
  const parent = home?.code.parent === undefined ? unknown : machine.evaluate(home.code.parent, home.scope);
  if (self?.kind !== 'record') return;
  const given = code.given.flatMap((one) => itemsOf(one, scope, machine));
  const site = { module: scope.module, from: code.from, to: code.to, line: code.line };
  constructParent(parent, self, given, site, machine);
}

function memberBy(object: Value, key: Value, machine: Machine): Value {
  const keys = alternatives(key).flatMap((one) => knownText(one) ?? []);
  if (keys.length > 0) return choiceOf(keys.map((name) => machine.member(object, name)));
  // `routes[name]` with a name that is not known is one of them.
  return choiceOf(
    alternatives(object).flatMap((one) =>
      one.kind === 'record'
        ? [...one.fields.values()].map((item) => item.value)
        : one.kind === 'list'
          ? one.items.map((item) => item.value)
          : [],
    ),
  );
}

function recordOf(code: Extract<Code, { kind: 'record' }>, scope: Environment, machine: Machine): Value {
  let whole = true;
  const fields = new Map<string, Item>();
  for (const { key, value } of code.entries) {
    if (key === undefined) {
      for (const spread of alternatives(machine.evaluate(value.code, scope))) {
        if (spread.kind === 'record') for (const [name, item] of spread.fields) fields.set(name, item);
        else whole = false;
      }
      continue;
    }
    const [item] = itemsOf(value, scope, machine);
    for (const name of alternatives(machine.evaluate(key, scope)))
      if (item !== undefined && knownText(name) !== undefined) fields.set(knownText(name) ?? '', item);
  }
  return { kind: 'record', fields, whole };
}

function assign(target: Code, value: Value, scope: Environment, machine: Machine): Value {
  if (target.kind === 'name') {
    for (let at: Environment | undefined = scope; at !== undefined; at = at.parent) {
      const before = at.names.get(target.name);
      if (before === undefined) continue;
      at.names.set(target.name, machine.state.uncertain > 0 ? choiceOf([before, value]) : value);
      return value;
    }
    scope.names.set(target.name, value);
    return value;
  }
  if (target.kind !== 'member') return value;
  const object = machine.evaluate(target.object, scope);
  const key = knownText(machine.evaluate(target.key, scope));
  if (key !== undefined) for (const holder of alternatives(object)) setField(holder, key, value, scope.module);
  return value;
}

function setField(holder: Value, key: string, value: Value, module: string): void {
  if (holder.kind === 'record') {
    const before = holder.fields.get(key);
    // A field that is known stays when something unknown is put there.
    if (value.kind === 'unknown' && before !== undefined) return;
    (holder satisfies RecordValue).fields.set(key, { ...nowhere(module), value });
  } else if (holder.kind === 'router') holder.router.fields.set(key, value);
  else if (holder.kind === 'class') holder.statics.set(key, { ...nowhere(module), value });
}

/** `requireLogin`, `requireRole('admin')` → requireRole, `auth.required` → auth.required. */
function writtenName(code: Code): string | undefined {
  switch (code.kind) {
    case 'name':
      return code.name;
    case 'call':
      return writtenName(code.callee);
    case 'self':
      return 'this';
    case 'member': {
      const object = writtenName(code.object);
      if (code.key.kind !== 'text' || object === undefined) return undefined;
      return object === 'this' ? code.key.text : `${object}.${code.key.text}`;
    }
    default:
      return undefined;
  }
}
