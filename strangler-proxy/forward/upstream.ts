import type { RequestBody } from './request-body.ts';
import type { UpgradeEvents, UpgradeRequest } from './upgrade-client.ts';

/** What is sent to a backend. */
export interface UpstreamRequest {
  readonly method: string;
  readonly path: string;
  /** Flat names and values, without what frames the body. */
  readonly headers: string[];
  /** Null: none. A buffer is replayable. The rest is streamed. */
  readonly body: Buffer | RequestBody | null;
  readonly unsafe: boolean;
  readonly headMs: number;
  readonly idleMs: number;
}

/** How the exchange steers its backend connection. */
export interface UpstreamControl {
  resume(): void;
  /** Ends the exchange; the sink hears `failed`. */
  abort(reason: Error): void;
}

/** `pause`: read no more until `resume`. `complete`: the client has its whole answer; the message may still go on. */
export type Flow = 'continue' | 'pause' | 'complete';

/** Who receives what the backend answers. After `ended` or `failed`, nothing more comes. */
export interface AnswerSink {
  started(control: UpstreamControl): void;
  /** A 1xx head other than 100 and 101. `headers` flat. */
  informed(status: number, headers: readonly string[]): void;
  /** The backend wants the body (100). */
  continued(): void;
  headed(status: number, reason: string, headers: readonly string[]): Flow;
  received(chunk: Buffer): Flow;
  /** `trailers` flat. */
  ended(trailers: readonly string[]): void;
  failed(error: Error): void;
}

/** Sends requests to one backend. `send` never throws: what goes wrong reaches the sink. */
export interface Upstream {
  send(request: UpstreamRequest, sink: AnswerSink): void;
  /** Asks for a WebSocket. Returns what gives it up before it is open. */
  upgrade(request: UpgradeRequest, events: UpgradeEvents): () => void;
  /** Cuts what is left. */
  destroy(): Promise<void>;
}
