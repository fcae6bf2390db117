import type { Evaluator } from '../values/evaluator.ts';
import type { Argument, StoreValue, Value } from '../values/value.ts';
import type { Model } from './model.ts';

/** What an argument stands for when it is a function that gives it back: `() => Order`. */
export function calledValue(argument: Argument | undefined, ask: Evaluator): Value {
  const value = ask.evaluate(argument);
  if (value?.kind !== 'returning') return value;
  const [option] = value.options;
  return option === undefined ? undefined : ask.evaluate({ expression: option, environment: value.environment });
}

/** The model that a value is, or is an instance of. */
export function modelOf(value: Value, ask: Evaluator): Model | undefined {
  if (value?.kind === 'several') {
    for (const option of value.options) {
      const model = modelOf(option, ask);
      if (model !== undefined) return model;
    }
    return undefined;
  }
  if (value?.kind === 'list') return modelOf(ask.evaluate(value.items[0]), ask);
  return ask.storeOf(value)?.model;
}

/** The model that an argument names: the model itself, a function that gives it back, or its registered name. */
export function namedModel(argument: Argument | undefined, client: string, ask: Evaluator): Model | undefined {
  const model = modelOf(calledValue(argument, ask), ask);
  if (model !== undefined) return model;
  const name = ask.text(argument);
  return name === undefined ? undefined : ask.models.byName(name, client);
}

export function recordOf(model: Model | undefined): StoreValue | undefined {
  return model === undefined ? undefined : { kind: 'store', client: model.client, role: 'record', model };
}

/** Where a call or definition stands. */
export function moduleOf(argument: Argument | undefined): string {
  return argument?.environment.module ?? '';
}
