/** The side that may write an entity; `none` during a fence. */
export type Owner = 'monolith' | 'service' | 'none';

/** A bounded context, and the part of it that moves. Scope is `*` until ownership by tenant comes. */
export interface ContextScope {
  readonly context: string;
  readonly scope: string;
}

/**
 * One attempt to move a context. `epoch` counts flips; `attempt` numbers fences, rollbacks and rehearsals of the context
 * and is never reused; `leaseEpoch` is the orchestrator's token. Messages of another attempt are ignored.
 */
export interface AttemptRef extends ContextScope {
  readonly epoch: number;
  readonly attempt: number;
  readonly leaseEpoch: number;
}

/** `forward`: monolith → service. `reverse`: service → monolith. */
export type Direction = 'forward' | 'reverse';

/** The side whose writes a link of this direction carries away. */
export function giverOf(direction: Direction): 'monolith' | 'service' {
  return direction === 'forward' ? 'monolith' : 'service';
}

/** The side that a link of this direction writes. */
export function receiverOf(direction: Direction): 'monolith' | 'service' {
  return direction === 'forward' ? 'service' : 'monolith';
}

export type Phase =
  | 'planned'
  | 'replicating'
  | 'verifying'
  | 'reading'
  | 'armed'
  | 'fencing'
  | 'switched'
  | 'settled'
  | 'retired'
  | 'rolled-back';

/** `cutover` moves forward, `rollback` moves back. */
export type AttemptKind = 'cutover' | 'rollback';

export type AttemptState =
  | { readonly kind: 'running' }
  | { readonly kind: 'flipped' }
  | { readonly kind: 'abandoned'; readonly reason: string };

/**
 * What the state store says of a context and scope: the one record whose compare-and-set decides every race
 * (starting an attempt, flip against abandon). Key: `ownership/<context>/<scope>`.
 */
export interface OwnershipRecord extends ContextScope {
  /** Stays the giver's until the flip; the databases' control rows say `none` during the fence. */
  readonly owner: 'monolith' | 'service';
  readonly epoch: number;
  readonly phase: Phase;
  readonly attempt: {
    readonly number: number;
    readonly kind: AttemptKind;
    readonly state: AttemptState;
    /** True when everything after the decision (open, release, or withdraw) was done. */
    readonly finished: boolean;
  } | null;
}

export function ownershipKey(ref: ContextScope): string {
  return `ownership/${ref.context}/${ref.scope}`;
}
