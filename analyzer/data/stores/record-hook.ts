import { unitId } from '../../dependencies/edges.ts';
import type { Evaluator } from '../values/evaluator.ts';
import type { Model } from './model.ts';

/** Says that a function runs whenever records of a model are read or written. */
export function recordHook(
  model: Model,
  place: { readonly module: string; readonly unit: string; readonly line: number },
  ask: Evaluator,
): void {
  ask.models.addHook(model, unitId(place.module, place.unit), `${place.module}:${place.line}`);
}
