import type { Project } from '../adapters/adapter.ts';
import { unitId } from '../dependencies/edges.ts';

/**
 * The units that a stretch of code brings in: those that it hands on, those that are written in it, and last those that it
 * calls, as `wrap(list)` hands `list` on and `wrap` is only around it.
 */
export function handlersIn(project: Project, module: string, from: number, to: number): string[] {
  const summary = project.modules.get(module);
  if (summary === undefined) return [];
  const written = summary.unitStarts.filter(([at]) => at >= from && at < to).map(([, unit]) => unit);
  const inside = new Set(written);
  const handed: string[] = [];
  const called: string[] = [];
  for (const reference of summary.references) {
    // What a unit refers to belongs to it.
    if (reference.at < from || reference.at >= to || inside.has(reference.unit)) continue;
    const target = project.linker.follow(module, reference.path);
    if (target?.kind === 'unit')
      (reference.arguments === undefined ? handed : called).push(unitId(target.module, target.unit));
  }
  return [...new Set([...handed, ...written.map((unit) => unitId(module, unit)), ...called])];
}
