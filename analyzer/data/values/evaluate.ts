import type { Project } from '../../adapters/adapter.ts';
import type { ModelRegistry } from '../stores/model-registry.ts';
import type { ExternalValue, StoreClient } from '../stores/store-client.ts';
import { createClassEvaluator } from './evaluate-classes.ts';
import { createDefinitionEvaluator } from './evaluate-definitions.ts';
import { createTypeEvaluator } from './evaluate-types.ts';
import type { CalledFunction, Evaluator } from './evaluator.ts';
import type { CallExpression, Expression, ModuleValues, NewExpression } from './expression.ts';
import { findDefinition, findExport } from './find-definition.ts';
import { createArgumentReader } from './read-arguments.ts';
import { closed, several, type Argument, type Environment, type Value } from './value.ts';

const deepest = 40;

export function createEvaluator(
  project: Project,
  valuesOf: ReadonlyMap<string, ModuleValues>,
  clients: readonly StoreClient[],
  models: ModelRegistry,
  uses: (client: string) => boolean,
): Evaluator {
  const byName = new Map(clients.map((client) => [client.name, client]));
  const known = new WeakMap<Expression, Value>();
  const running = new Set<Expression>();
  let depth = 0;

  const evaluate = (expression: Expression, environment: Environment): Value => {
    if (depth > deepest) return undefined;
    const lasting =
      environment.parameters === undefined && environment.types === undefined && environment.self === undefined;
    if (lasting && known.has(expression)) return known.get(expression);
    if (running.has(expression)) return undefined;
    running.add(expression);
    depth += 1;
    const value = evaluateAnew(expression, environment);
    depth -= 1;
    running.delete(expression);
    if (lasting && running.size === 0) known.set(expression, value);
    return value;
  };

  const evaluateAnew = (expression: Expression, environment: Environment): Value => {
    const { module } = environment;
    switch (expression.kind) {
      case 'local': {
        const local = valuesOf.get(module)?.locals[expression.index];
        return local === undefined ? undefined : evaluate(local, environment);
      }
      case 'import':
        return definitions.valueOf(
          findDefinition(project.modules, project.linker, module, expression.specifier, expression.name),
        );
      case 'unit':
        return { kind: expression.is, module, unit: expression.unit, environment: withoutSelf(environment) };
      case 'parameter': {
        const given = environment.parameters?.get(`${expression.unit} ${expression.index}`);
        const value =
          (given === undefined ? undefined : evaluate(given.expression, given.environment)) ??
          (expression.type === undefined ? undefined : types.valueOf(expression.type, environment));
        if (value !== undefined) {
          const held = ofModule(value, module);
          return expression.key === undefined ? held : member(held, expression.key);
        }
        return named(expression.name) ?? { kind: 'open', module, unit: expression.unit, name: expression.name };
      }
      case 'free':
        return named(expression.name) ?? { kind: 'named', name: expression.name };
      case 'this':
        if (environment.self !== undefined) return environment.self;
        return { kind: expression.static === true ? 'class' : 'instance', module, unit: expression.unit, environment };
      case 'typed':
        return closed(
          () => types.valueOf(expression.type, environment),
          () => (expression.value === undefined ? undefined : evaluate(expression.value, environment)),
        );
      case 'member':
        if (expression.name.startsWith('…') && expression.of.kind === 'call')
          return handed(expression.of, Number(expression.name.slice(1)), environment);
        return member(evaluate(expression.of, environment), expression.name);
      case 'element':
        return elementOf(evaluate(expression.of, environment));
      case 'call':
        return call(expression, environment);
      case 'new':
        return construct(evaluate(expression.of, environment), expression, environment);
      case 'required':
        return definitions.required(expression.pieces, module);
      case 'text':
        return { kind: 'text', module, pieces: expression.pieces };
      case 'object':
        return { kind: 'object', expression, environment };
      case 'list':
        return { kind: 'list', items: expression.items.map((item) => ({ expression: item, environment })) };
      case 'either':
        return several(expression.options.map((option) => evaluate(option, environment)));
      case 'returns':
        return { kind: 'returning', options: expression.options, environment };
      case 'constant':
      case 'unknown':
        return undefined;
    }
  };

  const external = (value: ExternalValue, given: readonly Argument[]): Value => {
    for (const client of clients) {
      const found = client.external?.(value, given, evaluator);
      if (found !== undefined) return found;
    }
    return value;
  };

  const named = (name: string): Value => {
    for (const client of clients) {
      const found = uses(client.name) ? client.named?.(name, evaluator) : undefined;
      if (found !== undefined) return found;
    }
    return undefined;
  };

  const member = (value: Value, name: string): Value => {
    switch (value?.kind) {
      case 'several':
        return several(value.options.map((option) => member(option, name)));
      case 'external':
        return external({ ...value, names: name === 'default' ? value.names : [...value.names, name] }, []);
      case 'namespace':
        return (
          definitions.valueOf(findExport(project.modules, project.linker, value.module, name)) ??
          namedModel(value.module, name)
        );
      case 'object': {
        const property = propertyOf(value, name);
        return property === undefined
          ? (modelByName(name) ?? { kind: 'named', name })
          : evaluate(property.expression, property.environment);
      }
      case 'class':
      case 'instance':
        return classes.memberOf(value, name);
      case 'store':
        return byName.get(value.client)?.member?.(value, name, evaluator) ?? classes.methodOf(value, name);
      case 'list':
        return /^\d+$/.test(name) ? elementOf(value) : undefined;
      case 'open':
      case 'named':
        return (modelHolders.test(value.name) ? modelByName(name) : undefined) ?? named(name) ?? { ...value, name };
      default:
        return undefined;
    }
  };

  const propertyOf = (value: Extract<Value, { kind: 'object' }>, name: string): Argument | undefined => {
    const property = value.expression.properties.findLast(([key]) => key === name);
    if (property !== undefined) return { expression: property[1], environment: value.environment };
    for (const spread of value.expression.spreads) {
      const inner = evaluate(spread, value.environment);
      const found = inner?.kind === 'object' ? propertyOf(inner, name) : undefined;
      if (found !== undefined) return found;
    }
    return undefined;
  };

  const modelByName = (name: string): Value => {
    const model = models.byName(name);
    return model === undefined ? undefined : { kind: 'store', client: model.client, role: 'model', model };
  };

  /** `require('../models').User` where the index puts every file of its folder into one object. */
  const namedModel = (module: string, name: string): Value =>
    project.modules.get(module)?.exports.has(name) === true ||
    !/(?:^|\/)(?:models?|db|database|schemas?|entit(?:y|ies))(?:\/index)?\.[cm]?[jt]s$/i.test(module)
      ? undefined
      : modelByName(name);

  const resolved = (expression: Expression, module: string): Expression => {
    const local = expression.kind === 'local' ? valuesOf.get(module)?.locals[expression.index] : undefined;
    return local ?? expression;
  };

  const construct = (of: Value, expression: NewExpression, environment: Environment): Value => {
    const given = expression.arguments.map((argument) => ({ expression: argument, environment }));
    if (of?.kind === 'several') return several(of.options.map((option) => construct(option, expression, environment)));
    if (of?.kind === 'external') return external({ ...of, names: [...of.names, 'new'] }, given);
    if (of?.kind === 'class') {
      const record = valuesOf.get(of.module)?.classes.get(of.unit);
      return {
        ...of,
        kind: 'instance',
        environment: classes.bind(of, record, expression.types ?? [], expression.arguments, environment),
      };
    }
    if (of?.kind === 'store') return byName.get(of.client)?.call(of, 'new', given, [], evaluator)?.value;
    return undefined;
  };

  const call = (expression: CallExpression, environment: Environment): Value => {
    const given = expression.arguments.map((argument) => ({ expression: argument, environment }));
    if (expression.of.kind === 'member') {
      const object = evaluate(expression.of.of, environment);
      return invoked(object, expression.of.name, given);
    }
    return applied(evaluate(expression.of, environment), given);
  };

  const applied = (callee: Value, given: readonly Argument[]): Value => {
    switch (callee?.kind) {
      case 'several':
        return several(callee.options.map((option) => applied(option, given)));
      case 'external':
        return external({ ...callee, names: [...callee.names, '()'] }, given);
      case 'function':
        return returnedBy(callee, given);
      case 'returning':
        return several(callee.options.map((option) => evaluate(option, callee.environment)));
      case 'store':
        return byName.get(callee.client)?.call(callee, '()', given, [], evaluator)?.value;
      default:
        return undefined;
    }
  };

  const invoked = (object: Value, method: string, given: readonly Argument[]): Value => {
    if (object?.kind === 'several') return several(object.options.map((option) => invoked(option, method, given)));
    if (object?.kind === 'external') return external({ ...object, names: [...object.names, method, '()'] }, given);
    const own = object?.kind === 'store' ? classes.methodOf(object, method) : member(object, method);
    if (own?.kind === 'function' || own?.kind === 'returning' || own?.kind === 'several') {
      const result = applied(own, given);
      if (result !== undefined) return result;
    }
    const outcome = invoke(object, method, given, []);
    if (outcome?.value !== undefined) return outcome.value;
    return throughMethod(object, method, given);
  };

  /** Methods of promises and lists. */
  const throughMethod = (object: Value, method: string, given: readonly Argument[]): Value => {
    if (method === 'then' || method === 'map' || method === 'flatMap') {
      const result = applied(
        given[0] === undefined ? undefined : evaluate(given[0].expression, given[0].environment),
        [],
      );
      return result ?? (method === 'then' ? object : undefined);
    }
    if (kept.has(method)) return object;
    return taken.has(method) ? elementOf(object) : undefined;
  };

  const returnedBy = (callee: Extract<Value, { kind: 'function' }>, given: readonly Argument[]): Value => {
    const returns = valuesOf.get(callee.module)?.returns.get(callee.unit);
    if (returns === undefined) return undefined;
    const environment = withParameters(callee, given);
    for (const option of returns) {
      const value = evaluate(option, environment);
      if (value !== undefined && value.kind !== 'named') return value;
    }
    return undefined;
  };

  const withParameters = (callee: CalledFunction, given: readonly Argument[]): Environment => {
    if (given.length === 0) return callee.environment;
    const parameters = new Map(callee.environment.parameters);
    given.forEach((argument, index) => parameters.set(`${callee.unit} ${index}`, argument));
    return { ...callee.environment, module: callee.module, parameters };
  };

  const handed = (expression: CallExpression, index: number, environment: Environment): Value => {
    const given = expression.arguments.map((argument) => ({ expression: argument, environment }));
    if (expression.of.kind === 'member') {
      const object = evaluate(expression.of.of, environment);
      const store = classes.storeOf(object);
      const found =
        store === undefined
          ? undefined
          : byName.get(store.client)?.handed?.(store, expression.of.name, given, index, evaluator);
      if (found !== undefined) return found;
    }
    return index === 1 ? call(expression, environment) : undefined;
  };

  const invoke: Evaluator['invoke'] = (value, method, given, then) => {
    const store = classes.storeOf(value);
    if (store === undefined) return undefined;
    if (value?.kind !== 'store') {
      const own = member(value, method);
      if (own?.kind === 'function') return undefined;
    }
    return byName.get(store.client)?.call(store, method, given, then, evaluator);
  };

  const elementOf = (value: Value): Value => {
    if (value?.kind === 'list') return several(value.items.map((item) => evaluate(item.expression, item.environment)));
    if (value?.kind === 'object')
      return several(value.expression.properties.map(([, item]) => evaluate(item, value.environment)));
    return value?.kind === 'store' ||
      value?.kind === 'instance' ||
      value?.kind === 'external' ||
      value?.kind === 'several'
      ? value
      : undefined;
  };

  const calledFunction: Evaluator['calledFunction'] = ({ expression, environment }) => {
    if (expression.kind !== 'call') return [];
    const given = expression.arguments.map((argument) => ({ expression: argument, environment }));
    const callee = evaluate(expression.of, environment);
    const options = callee?.kind === 'several' ? callee.options : [callee];
    return options.flatMap((option) =>
      option?.kind === 'function'
        ? [{ module: option.module, unit: option.unit, environment: withParameters(option, given) }]
        : [],
    );
  };

  const definitions = createDefinitionEvaluator(project, valuesOf, {
    evaluate,
    member,
    external: (value) => external(value, []),
  });
  const classes = createClassEvaluator(valuesOf, clients, models, {
    evaluate,
    member,
    resolved,
    types: () => types,
    ask: () => evaluator,
  });
  const types = createTypeEvaluator(project, valuesOf, clients, models, {
    evaluate,
    unitValue: (module, unit) => definitions.unitValue(module, unit),
    external: (value) => external(value, []),
    environmentOf: (module) => definitions.environmentOf(module),
    ask: () => evaluator,
  });

  const evaluator: Evaluator = {
    models,
    ...createArgumentReader(project.linker, { evaluate, propertyOf, resolved }),
    evaluate: (argument) => (argument === undefined ? undefined : evaluate(argument.expression, argument.environment)),
    type: (type, environment) => types.valueOf(type, environment),
    member,
    invoke,
    storeOf: (value) => classes.storeOf(value),
    calledFunction,
    lineOf: (module, unit) => project.modules.get(module)?.units.find((one) => one.name === unit)?.line ?? 1,
    locals: (module) => valuesOf.get(module)?.locals ?? [],
    classes: (module, unit) => valuesOf.get(module)?.classes.get(unit),
    uses,
    usesPackage: (name) =>
      [...project.modules.values()].some((summary) => summary.imports.some(({ specifier }) => specifier === name)),
  };
  return evaluator;
}

const modelHolders = /^(?:db|dbs?\w*Models?|models?|database|orm|sequelize|mongoose|collections?|_?models)$/i;
const kept = new Set([
  'catch',
  'finally',
  'filter',
  'sort',
  'slice',
  'reverse',
  'concat',
  'pipe',
  'toPromise',
  'tap',
  'bind',
]);
const taken = new Set(['find', 'pop', 'shift', 'at', 'findLast', 'get', 'first', 'last']);

function withoutSelf(environment: Environment): Environment {
  const { module, parameters, types, self } = environment;
  if (self === undefined) return environment;
  return { module, ...(parameters === undefined ? {} : { parameters }), ...(types === undefined ? {} : { types }) };
}

/** Of texts that several modules define (one data access for each database), the one of the function that is called. */
function ofModule(value: Value, module: string): Value {
  if (value?.kind !== 'several') return value;
  return value.options.find((option) => option?.kind === 'text' && option.module === module) ?? value;
}
