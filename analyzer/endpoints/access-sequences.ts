import type { FoundAccess } from '../adapters/adapter.ts';
import { unitId } from '../dependencies/edges.ts';
import type { SymbolLinker } from '../dependencies/link-symbols.ts';
import type { Dependency, SequenceStep } from '../facts/facts.ts';
import type { ModuleSummary } from '../source/module-summary.ts';

/** Where a trace starts: units in their order, and stretches of modules that are in no unit of their own. */
export interface TraceStart {
  readonly units: readonly string[];
  readonly stretch?: { readonly module: string; readonly from: number; readonly to: number };
}

/** Everything that is read and written from there on, in the order of the code through all calls, repeats in a row as one with their count. */
export type AccessTrace = (start: TraceStart) => readonly SequenceStep[];

type Event =
  | { readonly kind: 'access'; readonly at: number; readonly access: FoundAccess }
  | { readonly kind: 'call'; readonly at: number; readonly unit: string };

/** A trace is cut behind so many steps, and behind so many calls: what is longer is no use case any more. */
const maxSteps = 400;
const maxCalls = 5_000;

/**
 * Orders what each unit does by where it stands. Branches count as taken, loops as run once, and a unit that is running already is not
 * entered again. What only the framework connects (`event` edges) comes after all else.
 */
export function createAccessTrace(
  modules: ReadonlyMap<string, ModuleSummary>,
  linker: SymbolLinker,
  accesses: readonly FoundAccess[],
  wired: readonly Dependency[],
): AccessTrace {
  const eventsOf = orderEvents(modules, linker, accesses, wired);

  return ({ units, stretch }) => {
    const steps: [SequenceStep[0], string, number][] = [];
    const running = new Set<string>();
    let calls = 0;

    const follow = (events: readonly Event[]): void => {
      for (const event of events) {
        if (steps.length >= maxSteps) return;
        if (event.kind === 'call') enter(event.unit);
        else add(event.access);
      }
    };
    const add = ({ mode, entity }: FoundAccess): void => {
      const last = steps.at(-1);
      if (last?.[0] === mode && last[1] === entity) last[2] += 1;
      else steps.push([mode, entity, 1]);
    };
    const enter = (unit: string): void => {
      const events = eventsOf.get(unit);
      if (events === undefined || running.has(unit) || calls >= maxCalls) return;
      calls += 1;
      running.add(unit);
      follow(events);
      running.delete(unit);
    };

    for (const unit of units) enter(unit);
    if (stretch !== undefined && units.length === 0) {
      const { module, from, to } = stretch;
      follow((eventsOf.get(module) ?? []).filter(({ at }) => at >= from && at < to));
    }
    return steps;
  };
}

/** By unit, in the order of the code. Units that lead to no access are left out, so that following stays cheap. */
function orderEvents(
  modules: ReadonlyMap<string, ModuleSummary>,
  linker: SymbolLinker,
  accesses: readonly FoundAccess[],
  wired: readonly Dependency[],
): ReadonlyMap<string, readonly Event[]> {
  const events = new Map<string, Event[]>();
  const note = (unit: string, event: Event) => {
    const known = events.get(unit);
    if (known === undefined) events.set(unit, [event]);
    else known.push(event);
  };
  for (const access of accesses) note(unitId(access.module, access.unit), { kind: 'access', at: access.at, access });
  for (const [id, { references }] of modules) {
    for (const { unit, path, at } of references) {
      const target = linker.follow(id, path);
      if (target?.kind === 'unit')
        note(unitId(id, unit), { kind: 'call', at, unit: unitId(target.module, target.unit) });
    }
  }
  for (const { from, to, kind } of wired)
    if (kind === 'event' || kind === 'call') note(from, { kind: 'call', at: Number.MAX_SAFE_INTEGER, unit: to });
  const telling = unitsThatAccess(events);
  const ordered = new Map<string, readonly Event[]>();
  for (const [unit, list] of events) {
    if (!telling.has(unit)) continue;
    const kept = list.filter((event) => event.kind === 'access' || telling.has(event.unit));
    ordered.set(unit, kept.sort(byPlace));
  }
  return ordered;
}

/** At one place reads come before writes: `insert … select`, an upsert. */
function byPlace(a: Event, b: Event): number {
  if (a.at !== b.at) return a.at - b.at;
  if (a.kind === 'call' || b.kind === 'call') return a.kind === b.kind ? 0 : a.kind === 'call' ? 1 : -1;
  if (a.access.mode !== b.access.mode) return a.access.mode === 'read' ? -1 : 1;
  return a.access.entity < b.access.entity ? -1 : a.access.entity > b.access.entity ? 1 : 0;
}

/** Units with an access in reach: the callers of those that have one, and theirs. */
function unitsThatAccess(events: ReadonlyMap<string, readonly Event[]>): ReadonlySet<string> {
  const callers = new Map<string, string[]>();
  const telling = new Set<string>();
  for (const [unit, list] of events) {
    for (const event of list) {
      if (event.kind === 'access') telling.add(unit);
      else callers.set(event.unit, [...(callers.get(event.unit) ?? []), unit]);
    }
  }
  // A set keeps the order of insertion and may grow while it is walked.
  for (const unit of telling) for (const caller of callers.get(unit) ?? []) telling.add(caller);
  return telling;
}
