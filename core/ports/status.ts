import type { AttemptKind, ContextScope, Direction, OwnershipRecord, Phase } from '../ownership/ownership.ts';
import type { JournalEntry } from '../state/state-store.ts';
import type { BridgeStatus, VerifyReport } from './bridge-port.ts';

/** A figure or name that a verdict rests on. */
export type Figure = string | number | boolean | null;

export type GateVerdict =
  | { readonly kind: 'pass'; readonly reason: string; readonly figures: Readonly<Record<string, Figure>> }
  | {
      readonly kind: 'fail';
      readonly reason: string;
      readonly figures: Readonly<Record<string, Figure>>;
      /** What a person does next, as a whole sentence. */
      readonly nextStep: string;
    };

/** A condition that an attempt needs, and whether it is met now. */
export interface GateStatus {
  readonly name: string;
  /** What the gate asks for, for someone who meets it the first time. */
  readonly needs: string;
  readonly verdict: GateVerdict;
}

/** How one route fares, over the proxies together. Times and rates cover the last seconds, counters the process's life. */
export interface RouteStatus {
  readonly name: string;
  readonly context: string;
  /** Share of safe requests that go to the service, 0…10000. */
  readonly weight: number;
  readonly ratePerSecond: number;
  /** Null while the route has no traffic. */
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  /** Answers of 500 and above, and requests that got no answer. */
  readonly errors: number;
  /** Requests that match it and are held by a fence now. */
  readonly held: number;
}

/** What the proxies have in force for a context. Where they differ, the figures are those of the one furthest behind. */
export interface TrafficContextStatus extends ContextScope {
  readonly owner: 'monolith' | 'service';
  readonly epoch: number;
  readonly fence: 'open' | 'armed' | 'held';
  /** Open upgraded connections (WebSocket) on its routes: a fence cannot hold them. */
  readonly upgraded: number;
}

export interface TrafficStatus {
  /** Proxies in contact. */
  readonly proxies: number;
  readonly contexts: readonly TrafficContextStatus[];
  readonly routes: readonly RouteStatus[];
}

/** What the orchestrator and the console ask of the proxies. Rejects when one that should answer does not. */
export interface TrafficObserver {
  status(): Promise<TrafficStatus>;
}

export type HealthVerdict =
  | { readonly kind: 'healthy'; readonly tookMs: number }
  | { readonly kind: 'unwell'; readonly reason: string };

/** Whether the service of a context is well. Never rejects. */
export interface HealthPort {
  check(context: string, signal: AbortSignal): Promise<HealthVerdict>;
}

/** Why a context does not go on, in words for people. */
export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
}

/**
 * What a fence waits for, in its order: admitted requests end, the giver's database closes, the receiver catches up, rows
 * are compared and sequences moved (side by side), the record flips, the receiver opens and requests are released.
 */
export type FenceTerm = 'in-flight' | 'barrier' | 'drain' | 'check-and-sequences' | 'flip' | 'open';

/** How long writes were held, and where the time went. The terms add up to `fenceMs`. */
export interface FenceTime {
  readonly fenceMs: number;
  readonly terms: readonly { readonly term: FenceTerm; readonly tookMs: number }[];
}

export interface ContextStatus extends ContextScope {
  readonly phase: Phase;
  readonly owner: 'monolith' | 'service';
  readonly epoch: number;
  readonly attempt: OwnershipRecord['attempt'];
  /** The step that runs now, in the words of the journal; null when none does. */
  readonly step: string | null;
  /** Null while the bridge does not run here. */
  readonly links: BridgeStatus | null;
  readonly lastVerify: { readonly direction: Direction; readonly report: VerifyReport } | null;
  /** What would be asked for now: of a cutover while the monolith owns the context, of a rollback after the switch. */
  readonly next: AttemptKind | null;
  readonly gates: readonly GateStatus[];
  readonly problem: Problem | null;
}

export interface OrchestratorStatus {
  readonly atMs: number;
  readonly holder: string;
  /** `waiting`: another holder's lease has not expired. */
  readonly lease: { readonly kind: 'held'; readonly epoch: number } | { readonly kind: 'waiting' | 'lost' | 'stopped' };
  readonly contexts: readonly ContextStatus[];
}

/** Everything the state page and `overgrow status` show; put together by the process that runs the parts. */
export interface SystemStatus extends OrchestratorStatus {
  readonly routes: readonly RouteStatus[];
  /** The newest entries, oldest first. */
  readonly journal: readonly JournalEntry[];
}
