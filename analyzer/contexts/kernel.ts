import type { LeafAccess, LeafEdge, Leaves } from './leaves.ts';

/** Why a unit is everyone's: a library that all sides use, what only the library uses, or the place that wires all sides together. */
export type KernelRole = 'library' | 'support' | 'wiring';

export interface KernelMember {
  readonly leaf: number;
  readonly role: KernelRole;
  readonly reason: string;
}

export interface KernelEvidence {
  readonly leaves: Leaves;
  readonly edges: readonly LeafEdge[];
  readonly accesses: readonly LeafAccess[];
  /** A first cut. */
  readonly contextOf: readonly number[];
  /** How many endpoints each leaf handles. */
  readonly endpoints: ReadonlyMap<number, number>;
}

/**
 * Finds the shared kernel over a first cut. Role counts, not degree: a hub whose users all sit in one context belongs to that
 * context, and a unit that writes data or answers requests is somebody's, however many use it.
 */
export function findKernel({ leaves, edges, accesses, contextOf, endpoints }: KernelEvidence): KernelMember[] {
  const contexts = new Set(contextOf.slice(0, leaves.ids.length)).size;
  if (contexts < 3) return [];
  const users = new Map<number, Set<number>>();
  const uses = new Map<number, Set<number>>();
  const anyUsers = new Map<number, Set<number>>();
  for (const { from, to, kind } of edges) {
    anyUsers.set(to, (anyUsers.get(to) ?? new Set<number>()).add(from));
    if (kind === 'type') continue;
    users.set(to, (users.get(to) ?? new Set<number>()).add(from));
    uses.set(from, (uses.get(from) ?? new Set<number>()).add(to));
  }
  const touches = new Map<number, { entities: Set<string>; writes: boolean }>();
  for (const { leaf, entity, mode } of accesses) {
    const known = touches.get(leaf) ?? { entities: new Set<string>(), writes: false };
    known.entities.add(entity);
    touches.set(leaf, { entities: known.entities, writes: known.writes || mode === 'write' });
  }
  const spread = (nodes: ReadonlySet<number> | undefined, except: number) => {
    const counts = new Map<number, number>();
    for (const node of nodes ?? []) {
      const id = contextOf[node] ?? -1;
      if (node !== except) counts.set(id, (counts.get(id) ?? 0) + 1);
    }
    const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
    return { contexts: counts.size, total, most: Math.max(0, ...counts.values()) / Math.max(1, total) };
  };

  const members = new Map<number, KernelMember>();
  leaves.ids.forEach((_, leaf) => {
    const inward = spread(users.get(leaf), leaf);
    const outward = spread(uses.get(leaf), leaf);
    const wide = inward.contexts >= Math.max(3, Math.ceil(contexts * 0.4));
    if (wide && inward.total >= 5 && inward.most <= 0.6 && !touches.has(leaf) && outward.total <= inward.total) {
      members.set(leaf, {
        leaf,
        role: 'library',
        reason: `${inward.total} units of ${inward.contexts} contexts use it, and it touches no data`,
      });
    } else if (
      inward.total <= 4 &&
      outward.contexts >= Math.max(4, Math.ceil(contexts * 0.5)) &&
      outward.total >= 5 &&
      outward.most <= 0.5 &&
      (endpoints.get(leaf) ?? 0) * 5 <= outward.total &&
      !touches.has(leaf)
    ) {
      members.set(leaf, {
        leaf,
        role: 'wiring',
        reason: `it puts together ${outward.total} units of ${outward.contexts} contexts, and touches no data`,
      });
    }
  });
  // What nobody uses and only starts the wiring is the wiring's beginning.
  const wiring = new Set(
    [...members.values()].filter((member) => member.role === 'wiring').map((member) => member.leaf),
  );
  leaves.ids.forEach((_, leaf) => {
    const targets = uses.get(leaf);
    if (members.has(leaf) || touches.has(leaf) || (users.get(leaf)?.size ?? 0) > 1 || targets === undefined) return;
    if (![...targets].some((target) => wiring.has(target))) return;
    members.set(leaf, { leaf, role: 'wiring', reason: 'it starts what puts everything together' });
  });
  // What only the kernel uses is part of it.
  for (let grown = true; grown;) {
    grown = false;
    leaves.ids.forEach((_, leaf) => {
      const mine = anyUsers.get(leaf);
      if (members.has(leaf) || mine === undefined || touches.has(leaf)) return;
      const roles = [...mine].map((user) => members.get(user)?.role);
      if (!roles.every((role) => role !== undefined)) return;
      // What the wiring alone uses may be a context of one module: only what uses nothing else itself is support.
      if (roles.every((role) => role === 'wiring') && (uses.get(leaf)?.size ?? 0) > 0) return;
      members.set(leaf, { leaf, role: 'support', reason: 'only the shared kernel uses it' });
      grown = true;
    });
  }
  return [...members.values()].sort((a, b) => a.leaf - b.leaf);
}
