import type { ModuleTree } from '../../source/module-tree.ts';
import type { LineIndex } from '../../source/place.ts';
import { pathOf } from '../../source/resolve-local.ts';
import { classOf, lookup, unitOf, type Scope } from '../../source/scopes.ts';
import {
  entryOf,
  staticValue,
  type StaticCall,
  type StaticObject,
  type StaticValue,
} from '../../source/static-value.ts';
import { lastName, staticKey, unwrap, type CallNode, type Node } from '../../source/syntax-tree.ts';
import type {
  AssignedField,
  GivenValue,
  HandedCall,
  InjectionSummary,
  MadeRecord,
  ProviderRecord,
} from './injection-summary.ts';

/** What a module says about who gets what: providers, registrations, fields that hold what a constructor was handed. */
export function collectInjection(tree: ModuleTree, lines: LineIndex): InjectionSummary | undefined {
  const providers = [...providerObjects(tree), ...registrations(tree)];
  const assigned = assignedFields(tree);
  const handed = handedCalls(tree, lines);
  const made = makings(tree);
  return providers.length + assigned.length + handed.length + made.length === 0
    ? undefined
    : { providers, assigned, handed, made };
}

/** `{ provide: TOKEN, useClass: Orders }`, wherever it stands: module decorators, dynamic modules, lists, functions. */
function providerObjects(tree: ModuleTree): ProviderRecord[] {
  return tree.objects.flatMap(({ node, scope }) => {
    const keys = node.properties.flatMap((property) =>
      property.type === 'Property' ? [staticKey(property.key, property.computed)] : [],
    );
    if (!keys.includes('provide') || !keys.some((key) => key?.startsWith('use') === true)) return [];
    const value = staticValue(node, scope, tree);
    const token = entryOf(value, 'provide');
    const given = value.kind === 'object' ? givenBy(value) : undefined;
    return token === undefined || given === undefined ? [] : [{ token, given, byName: false }];
  });
}

function givenBy(object: StaticObject): GivenValue | undefined {
  const take = (kind: GivenValue['kind'], key: string): GivenValue | undefined => {
    const value = entryOf(object, key);
    return value === undefined ? undefined : { kind, value };
  };
  return (
    take('class', 'useClass') ??
    take('token', 'useExisting') ??
    take('token', 'useToken') ??
    take('factory', 'useFactory') ??
    take('value', 'useValue')
  );
}

/** Containers that are told by calls: inversify, tsyringe, awilix, typedi. */
function registrations(tree: ModuleTree): ProviderRecord[] {
  return tree.calls.flatMap(({ node, scope }) => {
    const name = lastName(node.callee);
    if (name === undefined || !registering.has(name)) return [];
    const call = staticValue(node, scope, tree);
    return call.kind === 'call' ? registrationsOf(call) : [];
  });
}

const registering = new Set([
  'to',
  'toSelf',
  'toConstantValue',
  'toService',
  'toDynamicValue',
  'register',
  'registerSingleton',
  'registerType',
  'registerInstance',
  'set',
]);

function registrationsOf(call: StaticCall): ProviderRecord[] {
  const [first, second] = call.arguments;
  switch (call.name) {
    case 'to':
    case 'toConstantValue':
    case 'toService':
    case 'toDynamicValue': {
      const bind = call.object?.kind === 'call' ? call.object : undefined;
      const token = bind?.arguments[0];
      if (first === undefined || token === undefined || !isBinding(bind?.name)) return [];
      const kinds = { to: 'class', toConstantValue: 'value', toService: 'token', toDynamicValue: 'factory' } as const;
      return [{ token, given: { kind: kinds[call.name], value: first }, byName: false }];
    }
    case 'register':
      if (first?.kind === 'object') return first.entries.flatMap((entry) => awilixEntry(entry.key, entry.value));
      if (first === undefined || second === undefined) return [];
      if (second.kind === 'object') {
        const given = givenBy(second);
        return given === undefined ? [] : [{ token: first, given, byName: false }];
      }
      return first.kind === 'text' ? awilixEntry(first.pieces, second) : [];
    case 'registerSingleton':
    case 'registerType':
      return first === undefined || second === undefined
        ? []
        : [{ token: first, given: { kind: 'class', value: second }, byName: false }];
    case 'registerInstance':
    case 'set':
      return first === undefined || second === undefined || first.kind === 'constant' || first.kind === 'parameter'
        ? []
        : [{ token: first, given: { kind: 'value', value: second }, byName: false }];
    default:
      return [];
  }
}

function isBinding(name: string | undefined): boolean {
  return name === 'bind' || name === 'rebind';
}

/** `orders: asClass(Orders).singleton()`. */
function awilixEntry(
  name: string | Extract<StaticValue, { kind: 'text' }>['pieces'],
  value: StaticValue,
): ProviderRecord[] {
  const kinds: Readonly<Record<string, GivenValue['kind']>> = {
    asClass: 'class',
    asFunction: 'factory',
    asValue: 'value',
    aliasTo: 'token',
  };
  for (let at: StaticValue | undefined = value; at?.kind === 'call'; at = at.object) {
    const kind = at.name === undefined ? undefined : kinds[at.name];
    const [given] = at.arguments;
    if (kind === undefined || given === undefined) continue;
    const pieces = typeof name === 'string' ? ([{ kind: 'text', text: name }] as const) : name;
    return [{ token: { kind: 'text', pieces }, given: { kind, value: given }, byName: true }];
  }
  return [];
}

function assignedFields(tree: ModuleTree): AssignedField[] {
  return tree.assignments.flatMap(({ node, scope }) => {
    if (node.left.type !== 'MemberExpression' || node.left.object.type !== 'ThisExpression') return [];
    const field = staticKey(node.left.property, node.left.computed);
    const unit = classOf(scope)?.unit;
    const given = parameterOf(node.right, scope);
    return field === undefined || unit === undefined || given?.unit !== `${unit}.constructor`
      ? []
      : [{ unit, field, index: given.index, key: given.key }];
  });
}

/** `orders`, a name taken out of a parameter, or `deps.orders`. */
function parameterOf(
  node: Node,
  scope: Scope,
): { readonly unit: string; readonly index: number; readonly key: string | undefined } | undefined {
  const inner = unwrap(node);
  const member = inner.type === 'MemberExpression' ? staticKey(inner.property, inner.computed) : undefined;
  const name = inner.type === 'MemberExpression' ? unwrap(inner.object) : inner;
  const declared = name.type === 'Identifier' ? lookup(scope, name.name, name.start) : undefined;
  if (declared?.kind !== 'parameter' || (member !== undefined && declared.key !== undefined)) return undefined;
  return { unit: unitOf(declared.scope), index: declared.index, key: member ?? declared.key };
}

function handedCalls(tree: ModuleTree, lines: LineIndex): HandedCall[] {
  return tree.chains.flatMap(({ node, scope, call }) => {
    if (call === undefined) return [];
    const path = pathOf(node, scope, tree);
    // What a class's constructor is handed is found through its fields.
    if (path?.root.kind !== 'parameter' || path.steps.length === 0 || path.steps.length > 3) return [];
    if (path.steps.some((step) => step === '()' || step === 'new')) return [];
    const outer = isTopLevel(scope, path.root.unit);
    return outer
      ? [
          {
            unit: unitOf(scope),
            holder: path.root.unit,
            index: path.root.index,
            steps: path.steps,
            line: lines.lineAt(node.start),
          },
        ]
      : [];
  });
}

/** Factories stand at the top level and give back functions: calls are handed down at least one function deep. */
function isTopLevel(scope: Scope, holder: string): boolean {
  return holder !== '' && !holder.includes('.') && unitOf(scope) !== holder;
}

function makings(tree: ModuleTree): MadeRecord[] {
  const read = (node: CallNode | Extract<Node, { type: 'NewExpression' }>, scope: Scope): MadeRecord[] => {
    const callee = pathOf(node.callee, scope, tree);
    if (callee === undefined || callee.root.kind === 'parameter' || node.arguments.length === 0) return [];
    const values = node.arguments.map((argument) => staticValue(argument, scope, tree, 11));
    return values.some(isHanded) ? [{ callee, made: node.type === 'NewExpression', arguments: values }] : [];
  };
  return [
    ...tree.news.flatMap(({ node, scope }) => read(node, scope)),
    ...tree.calls.flatMap(({ node, scope }) => {
      const name = lastName(unwrap(node.callee));
      return name !== undefined && /^(?:create|make|build|new)[A-Z]/.test(name) ? read(node, scope) : [];
    }),
  ];
}

function isHanded(value: StaticValue): boolean {
  if (value.kind === 'object')
    return value.entries.some((entry) => entry.value.kind === 'reference' || entry.value.kind === 'call');
  return value.kind === 'reference' || (value.kind === 'call' && value.made);
}
