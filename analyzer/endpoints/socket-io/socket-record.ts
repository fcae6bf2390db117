import type { SymbolPath } from '../../source/module-summary.ts';
import type { StaticValue } from '../../source/static-value.ts';

/** `something.on('event', handler)` where the something may be a server, a namespace or a socket. */
export interface SocketRecord {
  readonly on: SymbolPath | undefined;
  /** What `of(…)` names, when a namespace is asked for in the chain. */
  readonly namespace: StaticValue | undefined;
  /** The function whose parameter the socket is, by its place; and its unit when it has a name. */
  readonly holder: { readonly from: number; readonly to: number; readonly unit: string | undefined } | undefined;
  readonly event: StaticValue;
  readonly handler: StaticValue | undefined;
  readonly unit: string;
  readonly at: number;
  readonly line: number;
}
