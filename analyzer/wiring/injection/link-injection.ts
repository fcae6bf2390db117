import type { Findings, Project } from '../../adapters/adapter.ts';
import { unitId } from '../../dependencies/edges.ts';
import type { ModulePath } from '../../dependencies/link-symbols.ts';
import type { Dependency, Unresolved } from '../../facts/facts.ts';
import { step } from '../../source/resolve-local.ts';
import { bindFields, only } from './bind-fields.ts';
import type { HandedCall, InjectionSummary } from './injection-summary.ts';

/** Who is injected into whom, and calls on what a factory function was handed. `linker` knows the bindings by now. */
export function linkInjection(found: ReadonlyMap<string, InjectionSummary>, project: Project): Findings {
  const { linker } = project;
  const { injected, ambiguous, providers, makings } = bindFields(found, project);
  const dependencies: Dependency[] = [];
  for (const { module, unit, line, given } of injected) {
    add(unitId(module, unit), given, [], 'inject', `${module}:${line}`);
  }
  for (const [module, { handed }] of found) {
    for (const call of handed) {
      const given = handedValue(module, call);
      if (given !== undefined)
        add(unitId(module, call.unit), given.value, given.steps, 'call', `${module}:${call.line}`);
    }
  }
  const unresolved = ambiguous.map(({ module, unit, line, token, ways }): Unresolved => ({
    place: `${module}:${line}`,
    what: 'call',
    text: `${unit} ← ${token}`,
    reason: `It is provided in ${ways} ways: which one is injected is only known at run time.`,
  }));
  return { dependencies: merge(dependencies), unresolved };

  function handedValue(module: string, { holder, index, steps }: HandedCall) {
    const [first, ...rest] = steps;
    if (first === undefined) return undefined;
    const byName =
      makings.argument(module, holder, index, first) ?? (index === 0 ? only(providers.named(first)) : undefined);
    if (byName !== undefined) return { value: byName, steps: rest };
    const whole = makings.argument(module, holder, index, undefined);
    return whole === undefined ? undefined : { value: whole, steps };
  }

  function add(
    from: string,
    value: ModulePath,
    steps: readonly string[],
    kind: 'inject' | 'call',
    place: string,
  ): void {
    const target = linker.follow(value.module, step(value.path, ...steps));
    if (target?.kind !== 'unit') return;
    const to = unitId(target.module, target.unit);
    if (to !== from) dependencies.push({ from, to, kind, place });
  }
}

function merge(dependencies: readonly Dependency[]): Dependency[] {
  const merged = new Map<string, Dependency>();
  for (const dependency of dependencies) {
    const key = [dependency.from, dependency.to, dependency.kind].join('\n');
    const known = merged.get(key);
    merged.set(key, { ...(known ?? dependency), count: (known?.count ?? 0) + 1 });
  }
  return [...merged.values()];
}
