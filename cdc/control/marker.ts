import type { AttemptRef, ContextScope, Direction } from '@overgrow/core';

/** Prefix of every logical message that overgrow writes into a database's log. */
export const markerPrefix = 'overgrow';

/** Written by each transaction of the bridge that changes entities: what follows in it is an echo, not a new write. */
export interface ApplyMarker extends ContextScope {
  readonly kind: 'apply';
  readonly direction: Direction;
}

/**
 * The last thing of its direction: everything of the context committed before it stands before it in the log, and nothing
 * of the context commits after it but the bridge's. Transactional, so that its place is its commit's.
 */
export interface BarrierMarker extends AttemptRef {
  readonly kind: 'barrier';
  /** The direction of the link that reads it, which is the running attempt's. */
  readonly direction: Direction;
}

/** From here on the link of this direction applies. Written by the opening of a receiver and by an abandon. */
export interface OpenMarker extends AttemptRef {
  readonly kind: 'open';
  /** The direction of the link that reads it: after a flip the opposite of the attempt's, after an abandon the attempt's. */
  readonly direction: Direction;
}

/** The guard refused a write. Not transactional: it survives the rollback of the refused transaction. */
export interface RefusedMarker extends ContextScope {
  readonly kind: 'refused';
  /** `schema.table`. */
  readonly table: string;
  /** INSERT, UPDATE, DELETE or TRUNCATE. */
  readonly operation: string;
  readonly role: string;
  readonly applicationName: string;
}

export type Marker = ApplyMarker | BarrierMarker | OpenMarker | RefusedMarker;

/** Raised when a field changes its meaning; a reader ignores versions that it does not know. */
export const markerVersion = 1;

/** The content of the logical message: JSON with `version`. Fields beyond the marker's own are not written. */
export function encodeMarker(marker: Marker): string {
  const { kind, context, scope } = marker;
  const head = { version: markerVersion, kind, context, scope };
  switch (marker.kind) {
    case 'apply':
      return JSON.stringify({ ...head, direction: marker.direction });
    case 'barrier':
    case 'open': {
      const { epoch, attempt, leaseEpoch, direction } = marker;
      return JSON.stringify({ ...head, epoch, attempt, leaseEpoch, direction });
    }
    case 'refused': {
      const { table, operation, role, applicationName } = marker;
      return JSON.stringify({ ...head, table, operation, role, applicationName });
    }
  }
}

/** Undefined when the text is no marker of this version: another tool may use the prefix, and messages are anyone's to write. */
export function decodeMarker(text: string): Marker | undefined {
  const fields = parseObject(text);
  if (fields === undefined || fields['version'] !== markerVersion) return undefined;
  const { kind, context, scope } = fields;
  if (!isText(context) || !isText(scope)) return undefined;
  switch (kind) {
    case 'apply': {
      const { direction } = fields;
      return isDirection(direction) ? { kind, context, scope, direction } : undefined;
    }
    case 'barrier':
    case 'open': {
      const { epoch, attempt, leaseEpoch, direction } = fields;
      if (!isCount(epoch) || !isCount(attempt) || !isCount(leaseEpoch) || !isDirection(direction)) return undefined;
      return { kind, context, scope, epoch, attempt, leaseEpoch, direction };
    }
    case 'refused': {
      const { table, operation, role, applicationName } = fields;
      if (!isText(table) || !isText(operation) || !isText(role) || !isText(applicationName)) return undefined;
      return { kind, context, scope, table, operation, role, applicationName };
    }
    default:
      return undefined;
  }
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

const isText = (value: unknown): value is string => typeof value === 'string';
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const isDirection = (value: unknown): value is Direction => value === 'forward' || value === 'reverse';
