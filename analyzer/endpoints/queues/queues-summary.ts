import type { SymbolPath } from '../../source/module-summary.ts';
import type { StaticValue } from '../../source/static-value.ts';

/** `new Worker('mail', handler)`, `queue.process('welcome', handler)`, `agenda.define('welcome', handler)`. */
export interface WorkerRecord {
  readonly queue: QueueRef;
  /** The job's name; undefined when the worker takes every job. */
  readonly job: StaticValue | undefined;
  readonly handler: StaticValue | undefined;
  readonly unit: string;
  readonly line: number;
}

/** `queue.add('welcome', …)`. */
export interface ProducerRecord {
  readonly queue: QueueRef;
  readonly job: StaticValue | undefined;
  readonly unit: string;
  readonly line: number;
}

/** A queue by its name, or by the value that holds it. `system` is one that knows jobs only (agenda, pg-boss). */
export type QueueRef =
  | { readonly kind: 'name'; readonly value: StaticValue }
  | { readonly kind: 'held'; readonly path: SymbolPath }
  | { readonly kind: 'system'; readonly name: string };

/** A function of the repository that is handed a name and a handler: it may hand them on to a worker. */
export interface RegisteringCall {
  readonly callee: SymbolPath;
  readonly arguments: readonly StaticValue[];
  readonly line: number;
}

export interface QueuesSummary {
  /** Queues by what holds them: top-level names, `Class.field`, and what functions give back. */
  readonly held: ReadonlyMap<string, StaticValue>;
  readonly workers: readonly WorkerRecord[];
  readonly producers: readonly ProducerRecord[];
  readonly registering: readonly RegisteringCall[];
}
