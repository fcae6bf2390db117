import type { SymbolPath } from '../../source/module-summary.ts';
import type { StaticValue } from '../../source/static-value.ts';

/** `bus.emit('order.placed', …)` and `bus.on('order.placed', handler)`. */
export interface EmitterCall {
  readonly emitter: SymbolPath;
  readonly event: StaticValue;
  readonly handler: StaticValue | undefined;
  readonly unit: string;
  readonly line: number;
}

/** `commandBus.execute(new PlaceOrder(…))`: what is made and handed to a bus, by the bus's method. */
export interface SentMessage {
  readonly message: SymbolPath;
  readonly method: string;
  readonly unit: string;
  readonly line: number;
}

export interface EventsSummary {
  readonly emits: readonly EmitterCall[];
  readonly listens: readonly EmitterCall[];
  readonly sent: readonly SentMessage[];
}
