import { OvergrowError } from '../errors/overgrow-error.ts';

/** A value that JSON can carry. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

export interface StoredValue<T = Json> {
  readonly key: string;
  readonly value: T;
  /** Starts at 1, grows by one with each write of the key. */
  readonly version: number;
}

export interface JournalEntry {
  /** Grows without gaps in one store. */
  readonly sequence: number;
  /** Milliseconds since 1970, by the store's clock. */
  readonly atMs: number;
  /** The context that the entry speaks of, or `-`. */
  readonly context: string;
  /** What happened: kebab-case, in the past tense (`fence-acknowledged`). */
  readonly event: string;
  readonly data: Json;
}

export interface JournalQuery {
  readonly context?: string;
  readonly afterSequence?: number;
  readonly limit?: number;
  readonly newest?: boolean;
}

export interface Lease {
  readonly name: string;
  readonly holder: string;
  /** Grows with every takeover and never repeats. */
  readonly epoch: number;
  readonly expiresAtMs: number;
}

/** The write holds only while this lease epoch is the current, unexpired one. */
export interface UnderLease {
  readonly name: string;
  readonly epoch: number;
}

/** What is appended to the journal: the store adds sequence and time. */
export type NewEntry = Pick<JournalEntry, 'context' | 'event' | 'data'>;

export interface WriteOptions {
  /** The write holds only under it. */
  readonly lease?: UnderLease;
  /** Appended in the transaction of the write: either the value and these are there, or neither. */
  readonly journal?: readonly NewEntry[];
}

export type CasOutcome =
  | { readonly kind: 'written'; readonly version: number }
  | { readonly kind: 'conflict'; readonly current: StoredValue | undefined }
  | { readonly kind: 'lease-lost' };

/**
 * Versioned values, an append-only journal, and leases. One suite (`state-store-contract.ts`) holds for every implementation.
 * Effects happen in one transaction of the store each.
 */
export interface StateStore extends AsyncDisposable {
  read(key: string): Promise<StoredValue | undefined>;
  /** By key, ascending. */
  list(prefix: string): Promise<readonly StoredValue[]>;
  /**
   * Writes if the key's version is `expected` (0: the key does not exist) and the lease, if given, is held. The journal
   * entries of a write that tells why a value changed belong in the same call.
   */
  compareAndSet(key: string, expected: number, value: Json, options?: WriteOptions): Promise<CasOutcome>;
  /** @throws STATE_LEASE_LOST when a lease is given and not held. Returns the sequence. */
  append(context: string, event: string, data: Json, lease?: UnderLease): Promise<number>;
  /** Entries after `afterSequence`, ascending, at most `limit` (default 1000): the first of them, or with `newest` the last. */
  journal(query?: JournalQuery): Promise<readonly JournalEntry[]>;
  /** Undefined while another holder's lease has not expired. The same holder gets a new epoch too. */
  acquireLease(name: string, holder: string, ttlMs: number): Promise<Lease | undefined>;
  /** Undefined when the lease was lost. */
  renewLease(lease: Lease, ttlMs: number): Promise<Lease | undefined>;
  releaseLease(lease: Lease): Promise<void>;
  /**
   * Called with the key after each change under `prefix`, by whatever process; may fold several changes of a key into one
   * call, and may call without a change after a lost connection: read the value. A listener must not throw.
   */
  watch(prefix: string, listener: (key: string) => void): Disposable;
}

/** What `append` throws when its lease is not held. */
export function leaseLost(lease: UnderLease): OvergrowError {
  return new OvergrowError(
    'STATE_LEASE_LOST',
    `The lease ${lease.name} is no longer held at lease epoch ${lease.epoch}; nothing was written.`,
    {
      hint: 'Another process acts under a higher lease epoch, or this one was silent for too long.',
      details: { ...lease },
    },
  );
}
