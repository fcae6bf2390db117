import type { ModelRegistry } from '../stores/model-registry.ts';
import type { StoreClient } from '../stores/store-client.ts';
import type { TypeEvaluator } from './evaluate-types.ts';
import type { Evaluator } from './evaluator.ts';
import type { ClassRecord, Expression, ModuleValues, TypeExpression } from './expression.ts';
import { closed, type ClassValue, type Environment, type StoreValue, type Value } from './value.ts';

export interface ClassEvaluator {
  /** A field or method of a class or an instance, its own or inherited; what a decorator injects comes first. */
  memberOf(value: ClassValue, name: string): Value;
  /** A method that the class of a model defines or inherits. */
  methodOf(store: StoreValue, name: string): Value;
  /** The environment of a class whose type parameters and constructor are given something. */
  bind(
    of: { readonly module: string; readonly environment: Environment },
    record: ClassRecord | undefined,
    typesGiven: readonly TypeExpression[],
    given: readonly Expression[],
    from: Environment,
  ): Environment;
  storeOf(value: Value): StoreValue | undefined;
}

/** Follows classes: fields, methods, what they extend, and the models they stand for. */
export function createClassEvaluator(
  valuesOf: ReadonlyMap<string, ModuleValues>,
  clients: readonly StoreClient[],
  models: ModelRegistry,
  through: {
    readonly evaluate: (expression: Expression, environment: Environment) => Value;
    readonly member: (value: Value, name: string) => Value;
    readonly resolved: (expression: Expression, module: string) => Expression;
    readonly types: () => TypeEvaluator;
    readonly ask: () => Evaluator;
  },
): ClassEvaluator {
  const byName = new Map(clients.map((client) => [client.name, client]));

  const memberOf = (value: ClassValue, name: string, self: ClassValue = value): Value => {
    const { module, unit, environment } = value;
    if (name === '…super') return parentOf(value);
    const record = valuesOf.get(module)?.classes.get(unit);
    for (const found of record?.members ?? []) {
      if (found.name !== name || found.static !== (value.kind === 'class')) continue;
      if (found.kind === 'method')
        return {
          kind: 'function',
          module,
          unit: `${unit}.${name}`,
          environment: self === value ? environment : { ...environment, self },
        };
      const told =
        injected(found.decorators, environment) ??
        closed(
          () => (found.type === undefined ? undefined : through.types().valueOf(found.type, environment)),
          () => (found.value === undefined ? undefined : through.evaluate(found.value, environment)),
        );
      if (told !== undefined) return modelRelation(value, name) ?? told;
    }
    const relation = modelRelation(value, name);
    if (relation !== undefined) return relation;
    const parent = parentOf(value);
    const inherited =
      parent?.kind === 'class' || parent?.kind === 'instance'
        ? memberOf(parent, name, self)
        : through.member(parent, name);
    if (inherited !== undefined) return inherited;
    const store = models.ofClass(module, unit) === undefined ? undefined : storeOf(value);
    return store === undefined ? undefined : through.member(store, name);
  };

  const methodOf = (store: StoreValue, name: string): Value => {
    if (store.model?.unit === undefined || (store.role !== 'model' && store.role !== 'record')) return undefined;
    const isStatic = store.role === 'model';
    let at: Value = {
      kind: isStatic ? 'class' : 'instance',
      module: store.model.module,
      unit: store.model.unit,
      environment: { module: store.model.module },
    };
    for (let depth = 0; depth < 10 && (at?.kind === 'class' || at?.kind === 'instance'); depth++) {
      const { module, unit, environment }: ClassValue = at;
      const members = valuesOf.get(module)?.classes.get(unit)?.members ?? [];
      if (members.some((found) => found.name === name && found.kind === 'method' && found.static === isStatic))
        return { kind: 'function', module, unit: `${unit}.${name}`, environment: { ...environment, self: store } };
      at = parentOf(at);
    }
    return undefined;
  };

  const modelRelation = (value: ClassValue, name: string): Value => {
    const model = value.kind === 'instance' ? models.ofClass(value.module, value.unit) : undefined;
    if (model === undefined) return undefined;
    return byName
      .get(model.client)
      ?.member?.({ kind: 'store', client: model.client, role: 'record', model }, name, through.ask());
  };

  const injected = (decorators: readonly Expression[], environment: Environment): Value => {
    for (const decorator of decorators) {
      const expression = through.resolved(decorator, environment.module);
      if (expression.kind !== 'call') continue;
      const callee = through.evaluate(expression.of, environment);
      if (callee?.kind !== 'external') continue;
      const given = expression.arguments.map((argument) => ({ expression: argument, environment }));
      for (const client of clients) {
        const found = client.injected?.(callee, given, through.ask());
        if (found !== undefined) return found;
      }
    }
    return undefined;
  };

  /** What a class extends: one of the project's own, seen with its type parameters filled, or what a package or client hands out. */
  const parentOf = (value: ClassValue): Value => {
    const record = valuesOf.get(value.module)?.classes.get(value.unit);
    if (record?.parent === undefined) return undefined;
    const parent = through.evaluate(record.parent, value.environment);
    if (parent?.kind === 'class') {
      const above = valuesOf.get(parent.module)?.classes.get(parent.unit);
      return {
        ...parent,
        kind: value.kind,
        environment: bind(parent, above, record.parentTypes, record.parentArguments, value.environment),
      };
    }
    if (parent?.kind !== 'external' || value.kind === 'class') return parent;
    return (
      through.types().external(
        parent,
        record.parentTypes.map((type) => through.types().valueOf(type, value.environment)),
      ) ?? parent
    );
  };

  /** The environment of a class whose type parameters and constructor are given something. */
  const bind = (
    of: { readonly module: string; readonly environment: Environment },
    record: ClassRecord | undefined,
    typesGiven: readonly TypeExpression[],
    given: readonly Expression[],
    from: Environment,
  ): Environment => {
    if (record === undefined || (typesGiven.length === 0 && given.length === 0)) return of.environment;
    const filled = new Map(of.environment.types);
    record.typeParameters.forEach((name, index) => {
      const type = typesGiven[index];
      const value = type === undefined ? undefined : through.types().valueOf(type, from);
      if (value !== undefined) filled.set(name, value);
    });
    const parameters = new Map(of.environment.parameters);
    if (record.constructorUnit !== undefined)
      given.forEach((expression, index) =>
        parameters.set(`${record.constructorUnit ?? ''} ${index}`, { expression, environment: from }),
      );
    return { module: of.module, types: filled, parameters };
  };

  const storeOf = (value: Value): StoreValue | undefined => {
    if (value?.kind === 'store') return value;
    if (value?.kind !== 'class' && value?.kind !== 'instance') return undefined;
    const model = models.ofClass(value.module, value.unit);
    if (model !== undefined)
      return { kind: 'store', client: model.client, role: value.kind === 'class' ? 'model' : 'record', model };
    const parent = parentOf(value);
    return parent?.kind === 'several' ? undefined : storeOf(parent);
  };

  return { memberOf, methodOf, bind, storeOf };
}
