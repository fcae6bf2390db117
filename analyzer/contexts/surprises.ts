import type { Facts } from '../facts/facts.ts';
import type { Surprise } from '../report/report.ts';
import { compareText } from '../source/place.ts';
import type { Decomposition } from './decompose.ts';
import { writersOf } from './seams.ts';

/** What the owners of the code may not know: tables with many writers, routines across contexts, files that hold several, cycles. */
export function findSurprises(facts: Facts, found: Decomposition): Surprise[] {
  return [
    ...manyWriters(facts, found),
    ...routinesAcross(facts, found),
    ...mixedModules(facts, found),
    ...cycles(facts, found),
  ];
}

function manyWriters(facts: Facts, found: Decomposition): Surprise[] {
  const writers = writersOf(facts, found);
  const triggers = new Map<string, { id: string; place: string | undefined }[]>();
  for (const routine of facts.routines ?? []) {
    if (routine.kind !== 'trigger') continue;
    for (const [mode, entity] of routine.accesses ?? []) {
      if (mode === 'write' && entity !== routine.on)
        triggers.set(entity, [...(triggers.get(entity) ?? []), { id: routine.id, place: routine.place }]);
    }
  }
  const found_: (Surprise & { readonly kind: 'many-writers' })[] = [];
  for (const entity of new Set([...writers.keys(), ...triggers.keys()])) {
    const contexts = [...(writers.get(entity) ?? [])]
      .map((context) => found.contexts[context]?.name ?? '')
      .sort(compareText);
    const hidden = triggers.get(entity) ?? [];
    if (contexts.length < 2 && hidden.length === 0) continue;
    const first = (facts.accesses ?? []).find(
      (access) =>
        access.entity === entity &&
        access.mode === 'write' &&
        found.contextOfUnit(access.unit) !== found.contextOfEntity(entity),
    );
    const place = hidden[0]?.place ?? first?.place;
    found_.push({
      kind: 'many-writers',
      entity,
      contexts,
      triggers: hidden.map((trigger) => trigger.id),
      ...(place === undefined ? {} : { place }),
    });
  }
  return found_.sort(
    (a, b) =>
      b.contexts.length + 1.5 * b.triggers.length - (a.contexts.length + 1.5 * a.triggers.length) ||
      compareText(a.entity, b.entity),
  );
}

function routinesAcross(facts: Facts, found: Decomposition): Surprise[] {
  return (facts.routines ?? []).flatMap((routine): Surprise[] => {
    const touched = [
      ...(routine.accesses ?? []).map(([, entity]) => entity),
      ...(routine.kind === 'trigger' && routine.on !== undefined ? [routine.on] : []),
    ];
    const contexts = [...new Set(touched.map((entity) => found.contextOfEntity(entity)))].flatMap((context) =>
      context === undefined ? [] : [found.contexts[context]?.name ?? ''],
    );
    if (contexts.length < 2) return [];
    const mode = (routine.accesses ?? []).some(([access]) => access === 'write') ? 'write' : 'read';
    return [
      {
        kind: 'routine-across',
        routine: routine.id,
        contexts: contexts.sort(compareText),
        mode,
        ...(routine.place === undefined ? {} : { place: routine.place }),
      },
    ];
  });
}

function mixedModules(facts: Facts, found: Decomposition): Surprise[] {
  return found.openedModules.flatMap((module): Surprise[] => {
    const contexts = new Set<string>();
    for (const unit of facts.units ?? []) {
      const context = unit.parent === module ? found.contextOfUnit(unit.id) : undefined;
      if (context !== undefined) contexts.add(found.contexts[context]?.name ?? '');
    }
    return contexts.size < 2 ? [] : [{ kind: 'mixed-module', module, contexts: [...contexts].sort(compareText) }];
  });
}

/** Import cycles that go through more than one context, each once, by strongly connected parts (Tarjan 1972). */
function cycles(facts: Facts, found: Decomposition): Surprise[] {
  const next = new Map<string, string[]>();
  for (const { from, to, kind } of facts.dependencies ?? [])
    if (kind === 'import') next.set(from, [...(next.get(from) ?? []), to]);
  return stronglyConnected(next)
    .map((units) => ({
      units: units.sort(compareText),
      contexts: [...new Set(units.map((unit) => found.contextOfUnit(unit)))]
        .flatMap((context) => (context === undefined ? [] : [found.contexts[context]?.name ?? '']))
        .sort(compareText),
    }))
    .filter(({ contexts }) => contexts.length > 1)
    .sort((a, b) => compareText(a.units[0] ?? '', b.units[0] ?? ''))
    .map(({ units, contexts }) => ({ kind: 'cycle', contexts, units }));
}

function stronglyConnected(next: ReadonlyMap<string, readonly string[]>): string[][] {
  const order = new Map<string, number>();
  const low = new Map<string, number>();
  const open: string[] = [];
  const isOpen = new Set<string>();
  const parts: string[][] = [];
  for (const start of next.keys()) {
    if (order.has(start)) continue;
    // An explicit stack: import chains are longer than a call stack is deep.
    const work: { node: string; at: number }[] = [{ node: start, at: 0 }];
    for (let frame = work.at(-1); frame !== undefined; frame = work.at(-1)) {
      const { node } = frame;
      if (frame.at === 0) {
        order.set(node, order.size);
        low.set(node, order.size - 1);
        open.push(node);
        isOpen.add(node);
      }
      const target = next.get(node)?.[frame.at];
      frame.at += 1;
      if (target !== undefined) {
        if (!order.has(target)) work.push({ node: target, at: 0 });
        else if (isOpen.has(target)) low.set(node, Math.min(low.get(node) ?? 0, order.get(target) ?? 0));
        continue;
      }
      if (frame.at <= (next.get(node)?.length ?? 0)) continue;
      work.pop();
      const parent = work.at(-1)?.node;
      if (parent !== undefined) low.set(parent, Math.min(low.get(parent) ?? 0, low.get(node) ?? 0));
      if (low.get(node) !== order.get(node)) continue;
      const part = open.splice(open.indexOf(node));
      for (const member of part) isOpen.delete(member);
      if (part.length > 1) parts.push(part);
    }
  }
  return parts;
}
