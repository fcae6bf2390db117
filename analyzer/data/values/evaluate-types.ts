import type { Project } from '../../adapters/adapter.ts';
import type { ModelRegistry } from '../stores/model-registry.ts';
import type { ExternalValue, StoreClient } from '../stores/store-client.ts';
import type { Evaluator } from './evaluator.ts';
import type { Expression, ModuleValues, TypeExpression } from './expression.ts';
import { findDefinition } from './find-definition.ts';
import type { Environment, Value } from './value.ts';

export interface TypeEvaluator {
  /** An instance of a type. */
  valueOf(type: TypeExpression, environment: Environment): Value;
  external(type: ExternalValue, given: readonly Value[]): Value;
}

/** Types that hold what their first argument says. */
const wrappers = new Set([
  'Promise',
  'PromiseLike',
  'Array',
  'ReadonlyArray',
  'Readonly',
  'Required',
  'NonNullable',
  'Awaited',
  'Set',
  'Iterable',
  'AsyncIterable',
  'AsyncGenerator',
  'Observable',
  'Bluebird',
  'Nullable',
  'Maybe',
  'Relation',
  'WrapperType',
  'Ref',
  'Reference',
  'Loaded',
  'Collection',
  'Rel',
  'LazyRef',
  'ScalarRef',
  'IdentifiedReference',
  'Opt',
]);

const deepest = 8;

/** Follows type annotations: they say what is injected, handed over and given back. */
export function createTypeEvaluator(
  project: Project,
  valuesOf: ReadonlyMap<string, ModuleValues>,
  clients: readonly StoreClient[],
  models: ModelRegistry,
  through: {
    readonly evaluate: (expression: Expression, environment: Environment) => Value;
    readonly unitValue: (module: string, unit: string) => Value;
    readonly external: (value: ExternalValue) => Value;
    readonly environmentOf: (module: string) => Environment;
    readonly ask: () => Evaluator;
  },
): TypeEvaluator {
  const valueOf = (type: TypeExpression, environment: Environment, depth = 0): Value => {
    if (depth > deepest) return undefined;
    switch (type.kind) {
      case 'several':
        for (const option of type.options) {
          const value = valueOf(option, environment, depth + 1);
          if (value !== undefined) return value;
        }
        return undefined;
      case 'value':
        return through.evaluate(type.of, environment);
      case 'named':
        return namedType(type, environment, depth);
      case 'unknown':
        return undefined;
    }
  };

  const namedType = (
    type: Extract<TypeExpression, { kind: 'named' }>,
    environment: Environment,
    depth: number,
  ): Value => {
    const given = (): Value[] => type.arguments.map((argument) => valueOf(argument, environment, depth + 1));
    const { name } = type;
    switch (name.kind) {
      case 'free': {
        const filled = environment.types?.get(type.text);
        if (filled !== undefined) return filled;
        const own = declaredType(environment.module, type.text, depth);
        if (own !== undefined) return own;
        const [first] = type.arguments;
        if (wrappers.has(type.text)) return first === undefined ? undefined : valueOf(first, environment, depth + 1);
        return isTypeParameter(environment.module, type.text)
          ? { kind: 'open', module: environment.module, unit: '', name: type.text }
          : undefined;
      }
      case 'unit': {
        const value = through.evaluate(name, environment);
        return value?.kind === 'class' ? instance(value, given) : undefined;
      }
      case 'import': {
        const found = findDefinition(project.modules, project.linker, environment.module, name.specifier, name.name);
        if (found === undefined) return undefined;
        if (found.kind === 'external')
          return external({ kind: 'external', package: found.package, names: found.names }, given());
        if (found.kind === 'unit') {
          const value = through.unitValue(found.module, found.name);
          return value?.kind === 'class' ? instance(value, given) : undefined;
        }
        if (found.kind !== 'binding') return undefined;
        const declared = declaredType(found.module, found.name, depth);
        if (declared !== undefined) return declared;
        const value = through.evaluate({ kind: 'import', specifier: name.specifier, name: name.name }, environment);
        return ofModel(value);
      }
      case 'member': {
        const owner = through.evaluate(name.of, environment);
        if (owner?.kind === 'external') return external({ ...owner, names: [...owner.names, name.name] }, given());
        const inner = owner === undefined ? undefined : through.ask().member(owner, name.name);
        return inner?.kind === 'class' ? instance(inner, given) : ofModel(inner);
      }
      case 'local':
        return ofModel(through.evaluate(name, environment));
      default:
        return undefined;
    }
  };

  const isTypeParameter = (module: string, name: string): boolean =>
    [...(valuesOf.get(module)?.classes.values() ?? [])].some((record) => record.typeParameters.includes(name));

  /** `User` as a type where `const User = define(…)` is the value: one of its records. */
  const ofModel = (value: Value): Value =>
    value?.kind === 'store' && value.role === 'model' ? { ...value, role: 'record' } : undefined;

  const declaredType = (module: string, name: string, depth: number): Value => {
    const model = models.ofType(module, name);
    if (model !== undefined) return { kind: 'store', client: model.client, role: 'record', model };
    const alias = valuesOf.get(module)?.types.get(name);
    return alias === undefined ? undefined : valueOf(alias, through.environmentOf(module), depth + 1);
  };

  const instance = (value: Extract<Value, { kind: 'class' | 'instance' }>, given: () => Value[]): Value => {
    const parameters = valuesOf.get(value.module)?.classes.get(value.unit)?.typeParameters ?? [];
    if (parameters.length === 0) return { ...value, kind: 'instance' };
    const types = new Map(value.environment.types);
    given().forEach((held, index) => {
      const name = parameters[index];
      if (name !== undefined && held !== undefined) types.set(name, held);
    });
    return { ...value, kind: 'instance', environment: { ...value.environment, types } };
  };

  const external = (type: ExternalValue, given: readonly Value[]): Value => {
    const name = type.names.at(-1) ?? '';
    const ask = through.ask();
    const stores = given.map((value) => ask.storeOf(value) ?? value);
    for (const client of clients) {
      const found = client.type?.(type.package, name, stores, ask);
      if (found !== undefined) return found;
    }
    if (wrappers.has(name)) return given[0];
    return through.external({ ...type, names: [...type.names, 'new'] });
  };

  return { valueOf: (type, environment) => valueOf(type, environment), external };
}
