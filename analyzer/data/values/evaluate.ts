import type { Project } from '../../adapters/adapter.ts';
import type { TextPiece } from '../../source/module-summary.ts';
import { resolveText, type ResolvedText } from '../../source/resolve-text.ts';
import type { ModelRegistry } from '../stores/model-registry.ts';
import type { ExternalValue, Outcome, StoreClient } from '../stores/store-client.ts';
import { createTypeEvaluator } from './evaluate-types.ts';
import type {
  CallExpression,
  ClassRecord,
  Expression,
  ModuleValues,
  NewExpression,
  TypeExpression,
} from './expression.ts';
import { findDefinition, findExport, type Definition } from './find-definition.ts';
import type { Argument, Environment, StoreValue, Value } from './value.ts';

/** Follows expressions to the stores they stand for, across modules, classes and functions. */
export interface Evaluator {
  readonly models: ModelRegistry;
  evaluate(argument: Argument | undefined): Value;
  type(type: TypeExpression, environment: Environment): Value;
  /** A constant text; undefined when it, or a part of it, is only known at run time. */
  text(argument: Argument | undefined): string | undefined;
  /** Every text that it may be, with `undefined` where only run time knows. */
  texts(argument: Argument | undefined): readonly ResolvedText[];
  /** A member of an object that is written out. */
  property(argument: Argument | undefined, ...names: readonly string[]): Argument | undefined;
  properties(argument: Argument | undefined): readonly (readonly [string, Argument])[];
  /** Elements of a list that is written out; anything else is its own only element. */
  items(argument: Argument | undefined): readonly Argument[];
  constant(argument: Argument | undefined): boolean | number | undefined;
  member(value: Value, name: string): Value;
  /** What a call of `method` does, when the value is a store or stands for one. */
  invoke(value: Value, method: string, given: readonly Argument[], then: readonly string[]): Outcome | undefined;
  /** The store that a class or an instance stands for. */
  storeOf(value: Value): StoreValue | undefined;
  /** The function of the project's own that a call runs, with what its parameters and type parameters hold. */
  calledFunction(call: Argument): readonly CalledFunction[];
  /** The line of a unit. */
  lineOf(module: string, unit: string): number;
  locals(module: string): readonly Expression[];
  readonly classes: (module: string, unit: string) => ClassRecord | undefined;
  readonly uses: (client: string) => boolean;
  /** Whether any module imports this package. */
  usesPackage(name: string): boolean;
}

export interface CalledFunction {
  readonly module: string;
  readonly unit: string;
  readonly environment: Environment;
}

const deepest = 40;

export function createEvaluator(
  project: Project,
  valuesOf: ReadonlyMap<string, ModuleValues>,
  clients: readonly StoreClient[],
  models: ModelRegistry,
  uses: (client: string) => boolean,
): Evaluator {
  const byName = new Map(clients.map((client) => [client.name, client]));
  const plain = new Map<string, Environment>();
  const known = new WeakMap<Expression, Value>();
  const running = new Set<Expression>();
  const unitKinds = new Map<string, Map<string, 'class' | 'function'>>();
  let depth = 0;

  const environmentOf = (module: string): Environment => {
    const before = plain.get(module);
    if (before !== undefined) return before;
    const made = { module };
    plain.set(module, made);
    return made;
  };

  const evaluate = (expression: Expression, environment: Environment): Value => {
    if (depth > deepest) return undefined;
    const lasting = environment.parameters === undefined && environment.types === undefined;
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
        return definitionValue(
          findDefinition(project.modules, project.linker, module, expression.specifier, expression.name),
        );
      case 'unit':
        return { kind: expression.is, module, unit: expression.unit, environment };
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
        return { kind: 'instance', module, unit: expression.unit, environment };
      case 'typed':
        return (
          types.valueOf(expression.type, environment) ??
          (expression.value === undefined ? undefined : evaluate(expression.value, environment))
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
        return required(expression.pieces, module);
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

  const several = (options: readonly Value[]): Value => {
    const flat = options.flatMap((option) =>
      option?.kind === 'several' ? option.options : option === undefined ? [] : [option],
    );
    const telling = flat.filter(
      (option) => option?.kind !== 'open' && option?.kind !== 'named' && option?.kind !== 'text',
    );
    const best = telling.length > 0 ? telling : flat;
    return best.length > 1 ? { kind: 'several', options: best } : best[0];
  };

  const definitionValue = (definition: Definition | undefined): Value => {
    if (definition === undefined) return undefined;
    if (definition.kind === 'external')
      return external({ kind: 'external', package: definition.package, names: definition.names }, []);
    const { module } = definition;
    const start =
      definition.kind === 'namespace'
        ? ({ kind: 'namespace', module } as const)
        : definition.kind === 'unit'
          ? unitValue(module, definition.name)
          : bindingValue(module, definition.name);
    return definition.steps.reduce<Value>((value, name) => member(value, name), start);
  };

  const unitValue = (module: string, unit: string): Value => ({
    kind: unitKind(module, unit),
    module,
    unit,
    environment: environmentOf(module),
  });

  const unitKind = (module: string, unit: string): 'class' | 'function' => {
    let kinds = unitKinds.get(module);
    if (kinds === undefined) {
      kinds = new Map((project.modules.get(module)?.units ?? []).map((one) => [one.name, one.kind]));
      unitKinds.set(module, kinds);
    }
    return kinds.get(unit) ?? 'function';
  };

  const bindingValue = (module: string, name: string): Value => {
    const expression = valuesOf.get(module)?.bindings.get(name);
    return expression === undefined ? { kind: 'named', name } : evaluate(expression, environmentOf(module));
  };

  const required = (pieces: readonly TextPiece[], module: string): Value => {
    const candidates = resolveText(module, pieces, project.linker).flatMap((text) =>
      fittingModules(module, text, project.modules),
    );
    return several(
      candidates.slice(0, 12).map((id) => definitionValue(findExport(project.modules, project.linker, id, '='))),
    );
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
          definitionValue(findExport(project.modules, project.linker, value.module, name)) ??
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
        return memberOfClass(value, name);
      case 'store':
        return byName.get(value.client)?.member?.(value, name, evaluator);
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

  const memberOfClass = (value: Extract<Value, { kind: 'class' | 'instance' }>, name: string): Value => {
    const { module, unit, environment } = value;
    if (name === '…super') return parentOf(value);
    const record = valuesOf.get(module)?.classes.get(unit);
    for (const found of record?.members ?? []) {
      if (found.name !== name || found.static !== (value.kind === 'class')) continue;
      if (found.kind === 'method') return { kind: 'function', module, unit: `${unit}.${name}`, environment };
      const told =
        injected(found.decorators, environment) ??
        (found.type === undefined ? undefined : types.valueOf(found.type, environment)) ??
        (found.value === undefined ? undefined : evaluate(found.value, environment));
      if (told !== undefined) return modelRelation(value, name) ?? told;
    }
    const relation = modelRelation(value, name);
    if (relation !== undefined) return relation;
    const parent = parentOf(value);
    const inherited =
      parent?.kind === 'class' || parent?.kind === 'instance' ? memberOfClass(parent, name) : member(parent, name);
    if (inherited !== undefined) return inherited;
    const store = models.ofClass(module, unit) === undefined ? undefined : storeOf(value);
    return store === undefined ? undefined : member(store, name);
  };

  const modelRelation = (value: Extract<Value, { kind: 'class' | 'instance' }>, name: string): Value => {
    const model = value.kind === 'instance' ? models.ofClass(value.module, value.unit) : undefined;
    const target = model?.relations.get(name)?.target();
    return target === undefined ? undefined : { kind: 'store', client: target.client, role: 'record', model: target };
  };

  const injected = (decorators: readonly Expression[], environment: Environment): Value => {
    for (const decorator of decorators) {
      const expression = resolved(decorator, environment.module);
      if (expression.kind !== 'call') continue;
      const callee = evaluate(expression.of, environment);
      if (callee?.kind !== 'external') continue;
      const given = expression.arguments.map((argument) => ({ expression: argument, environment }));
      for (const client of clients) {
        const found = client.injected?.(callee, given, evaluator);
        if (found !== undefined) return found;
      }
    }
    return undefined;
  };

  const resolved = (expression: Expression, module: string): Expression => {
    const local = expression.kind === 'local' ? valuesOf.get(module)?.locals[expression.index] : undefined;
    return local ?? expression;
  };

  /** What a class extends: one of the project's own, seen with its type parameters filled, or what a package or client hands out. */
  const parentOf = (value: Extract<Value, { kind: 'class' | 'instance' }>): Value => {
    const record = valuesOf.get(value.module)?.classes.get(value.unit);
    if (record?.parent === undefined) return undefined;
    const parent = evaluate(record.parent, value.environment);
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
      types.external(
        parent,
        record.parentTypes.map((type) => types.valueOf(type, value.environment)),
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
      const value = type === undefined ? undefined : types.valueOf(type, from);
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

  const construct = (of: Value, expression: NewExpression, environment: Environment): Value => {
    const given = expression.arguments.map((argument) => ({ expression: argument, environment }));
    if (of?.kind === 'several') return several(of.options.map((option) => construct(option, expression, environment)));
    if (of?.kind === 'external') return external({ ...of, names: [...of.names, 'new'] }, given);
    if (of?.kind === 'class') {
      const record = valuesOf.get(of.module)?.classes.get(of.unit);
      return {
        ...of,
        kind: 'instance',
        environment: bind(of, record, expression.types ?? [], expression.arguments, environment),
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
    const own = object?.kind === 'store' ? undefined : member(object, method);
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
      const store = storeOf(object);
      const found =
        store === undefined
          ? undefined
          : byName.get(store.client)?.handed?.(store, expression.of.name, given, index, evaluator);
      if (found !== undefined) return found;
    }
    return index === 1 ? call(expression, environment) : undefined;
  };

  const invoke: Evaluator['invoke'] = (value, method, given, then) => {
    const store = storeOf(value);
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

  const texts: Evaluator['texts'] = (argument) => {
    if (argument === undefined) return [];
    const value = evaluate(argument.expression, argument.environment);
    const options = value?.kind === 'several' ? value.options : [value];
    return options.flatMap((option): readonly ResolvedText[] => {
      if (option?.kind !== 'text') return [[undefined]];
      return resolveText(option.module, option.pieces, project.linker);
    });
  };

  const types = createTypeEvaluator(project, valuesOf, clients, models, {
    evaluate,
    unitValue,
    external: (value) => external(value, []),
    environmentOf,
    ask: () => evaluator,
  });

  const evaluator: Evaluator = {
    models,
    evaluate: (argument) => (argument === undefined ? undefined : evaluate(argument.expression, argument.environment)),
    type: (type, environment) => types.valueOf(type, environment),
    texts,
    text: (argument) => {
      const [first] = texts(argument);
      return first?.every((piece) => piece !== undefined) === true && first.length > 0 ? first.join('') : undefined;
    },
    property: (argument, ...path) => {
      let at = argument;
      for (const name of path) {
        const value = at === undefined ? undefined : evaluate(at.expression, at.environment);
        at = value?.kind === 'object' ? propertyOf(value, name) : undefined;
      }
      return at;
    },
    properties: (argument) => {
      const value = argument === undefined ? undefined : evaluate(argument.expression, argument.environment);
      if (value?.kind !== 'object') return [];
      return value.expression.properties.map(([name, expression]) => [
        name,
        { expression, environment: value.environment },
      ]);
    },
    items: (argument) => {
      if (argument === undefined) return [];
      const value = evaluate(argument.expression, argument.environment);
      return value?.kind === 'list' ? value.items : [argument];
    },
    constant: (argument) => {
      const expression =
        argument === undefined ? undefined : resolved(argument.expression, argument.environment.module);
      return expression?.kind === 'constant' ? expression.value : undefined;
    },
    member,
    invoke,
    storeOf,
    calledFunction,
    lineOf: (module, unit) => project.modules.get(module)?.units.find((one) => one.name === unit)?.line ?? 1,
    locals: (module) => valuesOf.get(module)?.locals ?? [],
    classes: (module, unit) => valuesOf.get(module)?.classes.get(unit),
    uses,
    usesPackage: (name) => [...project.modules.values()].some((summary) => summary.imports.some(({ specifier }) => specifier === name)),
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

/** Of texts that several modules define (one data access for each database), the one of the function that is called. */
function ofModule(value: Value, module: string): Value {
  if (value?.kind !== 'several') return value;
  return value.options.find((option) => option?.kind === 'text' && option.module === module) ?? value;
}

/** The modules that `'../data/' + name + '/index.js'` may name. */
function fittingModules(from: string, text: ResolvedText, modules: ReadonlyMap<string, unknown>): string[] {
  const [first] = text;
  if (first === undefined || !first.startsWith('.') || text.every((piece) => piece !== undefined)) return [];
  const folder = from.split('/').slice(0, -1);
  const parts: string[] = [];
  for (const part of [...folder, ...first.split('/')]) {
    if (part === '..') parts.pop();
    else if (part !== '.') parts.push(part);
  }
  const escaped = [parts.join('/'), ...text.slice(1)].map((piece) =>
    piece === undefined ? '[^/]+' : piece.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'),
  );
  const pattern = new RegExp(`^${escaped.join('')}(?:\\.[cm]?[jt]s|/index\\.[cm]?[jt]s)?$`);
  return [...modules.keys()].filter((id) => id !== from && pattern.test(id));
}
