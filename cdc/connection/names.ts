import { createHash } from 'node:crypto';
import type { Direction } from '@overgrow/core';

/** A lower-case name of at most 63 bytes; a longer one is cut and told apart by a hash. */
function boundedName(name: string): string {
  const plain = name.toLowerCase().replaceAll(/[^a-z0-9_]/g, '_');
  if (plain === name && plain.length <= 63) return plain;
  return plain.length <= 63 && plain.replaceAll('_', '-') === name.replaceAll('_', '-')
    ? plain
    : `${plain.slice(0, 54)}_${createHash('sha256').update(name).digest('hex').slice(0, 8)}`;
}

/** Slots are named in a whole server, so the giver's database is part of the name. */
export function slotName(context: string, direction: Direction, databaseOid: string): string {
  return boundedName(`overgrow_${context}_${direction}_${databaseOid}`);
}

/** Publications are named in one database. */
export function publicationName(context: string, direction: Direction): string {
  return boundedName(`overgrow_${context}_${direction}`);
}

/**
 * What a session of the bridge calls itself. The lease epoch is part of a link's name, so that a bridge that takes over
 * tells an old session of its own, which it may end, from a newer bridge.
 */
export function linkSessionName(context: string, direction: Direction, leaseEpoch: number): string {
  const suffix = ` ${direction} lease=${leaseEpoch}`;
  return `overgrow ${context.slice(0, 63 - 'overgrow '.length - suffix.length)}${suffix}`;
}

/** The lease epoch in a link's session name; undefined for sessions of others. */
export function leaseOfSession(applicationName: string): number | undefined {
  const match = /^overgrow .* (?:forward|reverse) lease=(\d+)$/.exec(applicationName);
  return match === null ? undefined : Number(match[1]);
}
