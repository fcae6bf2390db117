import type { Findings, Project } from '../adapters/adapter.ts';
import { unitId } from '../dependencies/edges.ts';
import type { EnvironmentKey, State } from '../facts/facts.ts';
import { compareText } from '../source/place.ts';
import type { FoundState, SideEffectSummary } from './side-effects-summary.ts';

/** Joins the state of each module with the modules that use it, and counts settings by unit. */
export function linkSideEffects(found: ReadonlyMap<string, SideEffectSummary>, project: Project): Findings {
  const users = stateUsers(found, project);
  const states = [...found].flatMap(([module, summary]): State[] => [
    ...summary.states.map((state) => stateOf(module, state, users.get(`${module} ${state.name}`) ?? new Set())),
    ...summary.timers.map(({ unit, name, line }): State => ({
      unit: unitId(module, unit),
      kind: 'timer',
      name,
      place: `${module}:${line}`,
    })),
  ]);
  return { states, environment: environmentOf(found), effects: effectsOf(found) };
}

function stateOf(module: string, state: FoundState, users: ReadonlySet<string>): State {
  const writers = state.writers.map((unit) => unitId(module, unit));
  const readers = [...users].filter((unit) => !writers.includes(unit)).sort(compareText);
  return {
    unit: module,
    kind: state.kind,
    name: state.name,
    ...(writers.length === 0 ? {} : { writers }),
    ...(readers.length === 0 ? {} : { users: readers }),
    place: `${module}:${state.line}`,
  };
}

/** The units, of whatever module, that name a state. */
function stateUsers(
  found: ReadonlyMap<string, SideEffectSummary>,
  { modules, linker }: Project,
): Map<string, Set<string>> {
  const names = new Map([...found].map(([module, { states }]) => [module, new Set(states.map((state) => state.name))]));
  const users = new Map<string, Set<string>>();
  for (const [module, summary] of modules) {
    for (const reference of summary.references) {
      if (reference.path.root.kind !== 'import') continue;
      const resolution = linker.resolve(module, reference.path.root.specifier);
      if (resolution.kind !== 'module') continue;
      const { name } = reference.path.root;
      const wanted = name === '*' || name === '=' ? reference.path.steps[0] : name;
      if (wanted === undefined) continue;
      const holder = linker.definingModule(resolution.id, wanted);
      const exported = modules.get(holder)?.exports.get(wanted);
      const local = exported?.root.kind === 'binding' ? exported.root.name.replace(/^…/, '') : wanted;
      if (names.get(holder)?.has(local) !== true) continue;
      const key = `${holder} ${local}`;
      users.set(key, (users.get(key) ?? new Set()).add(unitId(module, reference.unit)));
    }
  }
  return users;
}

function environmentOf(found: ReadonlyMap<string, SideEffectSummary>): EnvironmentKey[] {
  const keys = new Map<string, EnvironmentKey>();
  for (const [module, { environment }] of found) {
    for (const { unit, key, line } of environment) {
      const id = unitId(module, unit);
      if (!keys.has(`${id} ${key}`)) keys.set(`${id} ${key}`, { unit: id, key, place: `${module}:${line}` });
    }
  }
  return [...keys.values()];
}

function effectsOf(found: ReadonlyMap<string, SideEffectSummary>): NonNullable<Findings['effects']> {
  return [...found].flatMap(([module, { effects }]) =>
    effects.map(({ unit, kind, line }) => ({ unit: unitId(module, unit), kind, place: `${module}:${line}` })),
  );
}
