import type { AccessMode, Skipped, Unresolved } from '../facts/facts.ts';
import type { KernelRole } from '../contexts/kernel.ts';

/** The version of the report document. A reader refuses a higher one. */
export const reportVersion = 1;

/** What to do with a candidate context. `extract-first` is given once: where the journey should begin. */
export type Verdict = 'extract-first' | 'extract' | 'modularise-first' | 'leave';

export type SeamKind = 'call' | 'table' | 'foreign-key' | 'shared-write' | 'shared-transaction';

/** A dependency of one context on another, with the first place where it stands. */
export interface Seam {
  readonly from: string;
  readonly to: string;
  readonly kind: SeamKind;
  /** The unit, entity or transaction that it is about. */
  readonly subject: string;
  readonly count: number;
  readonly place?: string;
}

export interface CandidateContext {
  readonly id: string;
  readonly name: string;
  readonly units: readonly string[];
  readonly entities: readonly string[];
  readonly endpoints: readonly string[];
  readonly lines: number;
  readonly verdict: Verdict;
  readonly reason: string;
  readonly figures: {
    /** Contexts besides this one that write its entities. */
    readonly foreignWriters: number;
    readonly foreignReaders: number;
    /** Calls and imports from other contexts. */
    readonly callsIn: number;
    readonly callsOut: number;
    readonly sharedTransactions: number;
    readonly foreignKeysIn: number;
    readonly foreignKeysOut: number;
  };
}

export type Surprise =
  | {
      readonly kind: 'many-writers';
      readonly entity: string;
      readonly contexts: readonly string[];
      readonly triggers: readonly string[];
      readonly place?: string;
    }
  | {
      readonly kind: 'routine-across';
      readonly routine: string;
      readonly contexts: readonly string[];
      readonly mode: AccessMode;
      readonly place?: string;
    }
  | { readonly kind: 'mixed-module'; readonly module: string; readonly contexts: readonly string[] }
  | { readonly kind: 'cycle'; readonly contexts: readonly string[]; readonly units: readonly string[] };

export interface SharedTransaction {
  readonly id: string;
  readonly contexts: readonly string[];
  readonly entities: readonly string[];
  readonly place?: string;
}

/** The one document of an analysis. Every format is a pure function of it. */
export interface AnalysisReport {
  readonly version: typeof reportVersion;
  readonly source: string;
  /** The analyzer reads files and nothing else. */
  readonly socketsOpened: 0;
  readonly counts: {
    readonly modules: number;
    readonly units: number;
    readonly lines: number;
    readonly endpoints: number;
    readonly entities: number;
    /** Entities that some code is seen to read or write. */
    readonly entitiesTouched: number;
    readonly accesses: number;
    readonly routines: number;
    readonly unresolved: Readonly<Record<Unresolved['what'], number>>;
    readonly skipped: number;
  };
  /** For the whole: whether there is anything to take apart. */
  readonly verdict: { readonly kind: 'split' | 'do-not-split' | 'nothing-found'; readonly reason: string };
  readonly contexts: readonly CandidateContext[];
  readonly sharedKernel: {
    readonly units: readonly string[];
    /** Endpoints that only shared code handles. */
    readonly endpoints: readonly string[];
    readonly members: readonly { readonly unit: string; readonly role: KernelRole; readonly reason: string }[];
  };
  readonly seams: readonly Seam[];
  readonly sharedTransactions: readonly SharedTransaction[];
  readonly surprises: readonly Surprise[];
  readonly unresolved: readonly Unresolved[];
  readonly skipped: readonly Skipped[];
}
