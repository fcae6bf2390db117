import type { ModuleTree } from '../../source/module-tree.ts';
import { staticValue, type StaticValue } from '../../source/static-value.ts';
import { staticKey } from '../../source/syntax-tree.ts';

export interface PrefixSummary {
  /** What stands behind `routePrefix`. */
  readonly prefixes: readonly StaticValue[];
}

/** `{ routePrefix: '/api' }`, which only routing-controllers knows. */
export function collectPrefixes(tree: ModuleTree): PrefixSummary | undefined {
  const prefixes = tree.objects.flatMap(({ node, scope }) =>
    node.properties.flatMap((property) =>
      property.type === 'Property' && staticKey(property.key, property.computed) === 'routePrefix'
        ? [staticValue(property.value, scope, tree)]
        : [],
    ),
  );
  return prefixes.length === 0 ? undefined : { prefixes };
}
