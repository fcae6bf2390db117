import type { Bindings, ModulePath } from '../../dependencies/link-symbols.ts';
import type { ClassRecord, DecoratorRecord } from '../../source/class-records.ts';
import type { SymbolPath } from '../../source/module-summary.ts';
import { step } from '../../source/resolve-local.ts';
import { singleImplementations } from './implementations.ts';
import type { InjectionSummary } from './injection-summary.ts';
import { linkMakings, type Makings } from './makings.ts';
import { linkProviders, type Providers } from './providers.ts';
import { tokenKey, typeKey, type Linked } from './tokens.ts';

export interface Injection {
  readonly bindings: Bindings;
  readonly providers: Providers;
  readonly makings: Makings;
  /** Fields and constructor parameters that a container fills, with what is known of their content. */
  readonly injected: readonly InjectedField[];
  /** What is given in several ways: which one, only run time knows. */
  readonly ambiguous: readonly AmbiguousField[];
}

export interface AmbiguousField {
  readonly module: string;
  readonly unit: string;
  readonly line: number;
  /** The token or type that is asked for. */
  readonly token: string;
  readonly ways: number;
}

export interface InjectedField {
  readonly module: string;
  readonly unit: string;
  readonly line: number;
  readonly given: ModulePath;
}

const injecting = /^(?:lazy)?inject$/i;

/** Which class stands behind each field and type, from decorators, providers, registrations and single implementations. */
export function bindFields(found: ReadonlyMap<string, InjectionSummary>, linked: Linked): Injection {
  const types = singleImplementations(linked);
  const providers = linkProviders(found, linked);
  const makings = linkMakings(found, linked);
  const fields = new Map<string, ModulePath>();
  const injected: InjectedField[] = [];
  const ambiguous: AmbiguousField[] = [];
  for (const [module, { classes }] of linked.modules) {
    for (const record of classes) bindClass(module, record, found.get(module)?.assigned ?? []);
  }
  return { bindings: { fields, types }, providers, makings, injected, ambiguous };

  function bindClass(module: string, record: ClassRecord, assigned: InjectionSummary['assigned']): void {
    const own = assigned.filter(({ unit }) => unit === record.unit);
    for (const parameter of record.parameters ?? []) {
      const names = own
        .filter(({ index, key }) => index === parameter.index && key === undefined)
        .map(({ field }) => field);
      if (parameter.field && parameter.name !== undefined) names.push(parameter.name);
      const given =
        behindToken(module, record, parameter.decorators, parameter.type) ??
        (parameter.type === undefined && parameter.name !== undefined
          ? only(providers.named(parameter.name))
          : undefined) ??
        (parameter.type === undefined ? makings.argument(module, record.unit, parameter.index, undefined) : undefined);
      bind(module, record, names, given, parameter.type);
    }
    for (const { field, index, key } of own) {
      if (key === undefined) continue;
      const given = only(providers.named(key)) ?? makings.argument(module, record.unit, index, key);
      bind(module, record, [field], given, undefined);
    }
    for (const member of record.members) {
      if (member.kind !== 'field' || member.value !== undefined) continue;
      const asked = member.decorators.some(({ name }) => injecting.test(name));
      const given = behindToken(module, record, member.decorators, member.type);
      bind(module, record, [member.name], given, asked ? member.type : undefined);
    }
  }

  function bind(
    module: string,
    record: ClassRecord,
    names: readonly string[],
    given: ModulePath | undefined,
    type: SymbolPath | undefined,
  ): void {
    for (const name of names) if (given !== undefined) fields.set(`${module}#${record.unit}.${name}`, given);
    const known = given ?? (type === undefined ? undefined : { module, path: step(type, 'new') });
    if (known !== undefined) injected.push({ module, unit: record.unit, line: record.line, given: known });
  }

  /** What is injected for an `@Inject(TOKEN)`, or for a declared type. Undefined when the type itself is what is injected. */
  function behindToken(
    module: string,
    record: ClassRecord,
    decorators: readonly DecoratorRecord[],
    type: SymbolPath | undefined,
  ): ModulePath | undefined {
    const token = decorators.find(({ name }) => injecting.test(name))?.arguments[0];
    const key = token === undefined ? undefined : tokenKey(module, token, linked);
    const given = key === undefined ? undefined : onlyProvider(module, record, key);
    if (given !== undefined) return given;
    // `@Inject(forwardRef(() => Orders))`: the token is the class.
    const named = key === undefined || !key.includes('#') ? undefined : classAt(key);
    if (named !== undefined) return types.get(key ?? '') ?? named;
    const declared = type === undefined ? undefined : typeKey(module, type, linked);
    return declared === undefined ? undefined : (onlyProvider(module, record, declared) ?? types.get(declared));
  }

  function onlyProvider(module: string, record: ClassRecord, key: string): ModulePath | undefined {
    const ways = providers.get(key);
    if (ways.length > 1)
      ambiguous.push({
        module,
        unit: record.unit,
        line: record.line,
        token: key.split('#').at(-1) ?? key,
        ways: ways.length,
      });
    return only(ways);
  }

  function classAt(key: string): ModulePath | undefined {
    const [module = '', unit = ''] = key.split('#');
    const isClass = linked.modules.get(module)?.classes.some((known) => known.unit === unit) === true;
    return isClass ? { module, path: { root: { kind: 'unit', name: unit }, steps: ['new'] } } : undefined;
  }
}

/** What is given in one way only. Two ways are two systems, and a guess between them would be wrong half of the time. */
export function only<T>(list: readonly T[]): T | undefined {
  return list.length === 1 ? list[0] : undefined;
}
