import type { Clock } from '@overgrow/core';

/**
 * What a fence does with connections that stay open and may write: WebSockets, and the streams of routes that say so.
 * `close`: their client's octets wait during the fence; they are closed when the owner has changed, and go on when not.
 * `guarded`: they go on, and their handler asks for each message and accepts refusal. `refuse`: no cutover while one is open.
 */
export type LongLivedPolicy = 'close' | 'guarded' | 'refuse';

export interface LongLived {
  readonly policy: LongLivedPolicy;
  /** Monotonic: when octets of its client last went to the backend. */
  lastForwardedMs(): number;
  /** Forwards no more of its client's octets. */
  hold(): void;
  resume(): void;
  /** Ends it so that its client connects again. */
  close(): void;
}

export interface LongLivedOptions {
  readonly clock: Clock;
  /** A connection whose client's octets have been held this long counts as finished with the one before. */
  readonly quietMs: number;
}

export type LongLivedConnections = ReturnType<typeof createLongLivedConnections>;

/** The open long-lived connections, and what a fence asks of them. */
export function createLongLivedConnections({ clock, quietMs }: LongLivedOptions) {
  const open = new Set<LongLived>();
  let holding = false;
  let waiting: AbortController | undefined;

  function add(connection: LongLived): void {
    open.add(connection);
    if (holding && connection.policy === 'close') connection.hold();
  }

  /** `quiet` is called once: at once where nothing has to be waited for. */
  function hold(quiet: () => void): void {
    if (!holding) {
      holding = true;
      for (const connection of open) if (connection.policy === 'close') connection.hold();
    }
    waiting?.abort();
    const mine = (waiting = new AbortController());
    const look = (): void => {
      const leftMs = quietMs - (clock.elapsedMs() - lastForwarded());
      if (leftMs <= 0) return quiet();
      clock.sleep(leftMs, mine.signal).then(
        () => {
          if (!mine.signal.aborted) look();
        },
        () => {},
      );
    };
    look();
  }

  function lastForwarded(): number {
    let last = Number.NEGATIVE_INFINITY;
    for (const connection of open) {
      if (connection.policy === 'close') last = Math.max(last, connection.lastForwardedMs());
    }
    return last;
  }

  /** The fence is over. `moved`: an owner has changed. */
  function release(moved: boolean): void {
    waiting?.abort();
    waiting = undefined;
    holding = false;
    for (const connection of open) {
      if (connection.policy !== 'close') continue;
      if (moved) connection.close();
      else connection.resume();
    }
  }

  return {
    add,
    remove: (connection: LongLived): void => void open.delete(connection),
    hold,
    release,
    /** How many forbid a cutover. */
    refusing: (): number => [...open].filter(({ policy }) => policy === 'refuse').length,
    closeAll: (): void => {
      for (const connection of open) connection.close();
    },
    stop: (): void => waiting?.abort(),
  };
}
