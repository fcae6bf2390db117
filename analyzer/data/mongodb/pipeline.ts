import type { StoreAccess } from '../stores/store-client.ts';
import type { Evaluator } from '../values/evaluator.ts';
import type { Argument } from '../values/value.ts';

/** Other collections that an aggregation reads (`$lookup`, `$graphLookup`, `$unionWith`) and writes (`$merge`, `$out`). */
export function pipelineAccesses(pipeline: Argument | undefined, ask: Evaluator, depth = 0): StoreAccess[] {
  if (pipeline === undefined || depth > 5) return [];
  return ask
    .items(pipeline)
    .flatMap((stage) => ask.properties(stage).flatMap(([name, body]) => stageAccesses(name, body, ask, depth)));
}

/** One stage by its name: `$lookup` with `{ from, pipeline }`. */
export function stageAccesses(name: string, body: Argument, ask: Evaluator, depth = 0): StoreAccess[] {
  switch (name) {
    case '$lookup':
    case '$graphLookup':
      return [
        ...collection('read', ask.property(body, 'from'), ask),
        ...pipelineAccesses(ask.property(body, 'pipeline'), ask, depth + 1),
      ];
    case '$unionWith':
      return [
        ...collection('read', ask.property(body, 'coll') ?? body, ask),
        ...pipelineAccesses(ask.property(body, 'pipeline'), ask, depth + 1),
      ];
    case '$merge':
      return collection('write', ask.property(body, 'into', 'coll') ?? ask.property(body, 'into') ?? body, ask);
    case '$out':
      return collection('write', ask.property(body, 'coll') ?? body, ask);
    case '$facet':
      return ask.properties(body).flatMap(([, inner]) => pipelineAccesses(inner, ask, depth + 1));
    default:
      return [];
  }
}

function collection(mode: 'read' | 'write', name: Argument | undefined, ask: Evaluator): StoreAccess[] {
  const entity = ask.text(name);
  return entity === undefined ? [] : [{ mode, entity, kind: 'collection' }];
}
