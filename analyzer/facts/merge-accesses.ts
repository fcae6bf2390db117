import type { Access } from './facts.ts';

/** Equal accesses become one with their count and their first place. */
export function mergeAccesses(accesses: readonly Access[]): Access[] {
  const merged = new Map<string, Access>();
  for (const access of accesses) {
    const key = [access.unit, access.entity, access.mode, access.transaction ?? '', access.via ?? ''].join('\n');
    const known = merged.get(key);
    merged.set(
      key,
      known === undefined
        ? { ...access, count: access.count ?? 1 }
        : { ...known, count: (known.count ?? 1) + (access.count ?? 1) },
    );
  }
  return [...merged.values()];
}
