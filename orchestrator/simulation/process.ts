import type { Clock, FaultPoints } from '@overgrow/core';
import type { Random } from './random.ts';

/** How the world treats what a process sends. */
export interface Weather {
  /** A call fails before it has an effect, or its answer is lost after it had. */
  readonly failure: number;
  /** A call takes as long as a lease or a fence. */
  readonly stall: number;
  readonly stallMs: number;
}

/** One process of a simulation: it can be killed and stopped, and sees the world only through what this wraps. */
export interface SimulatedProcess {
  readonly clock: Clock;
  readonly faults: FaultPoints;
  readonly dead: boolean;
  around<T extends object>(port: T): T;
  kill(): void;
  /** As SIGSTOP and SIGCONT: what was sent takes effect, what comes back waits. */
  pause(ms: number): void;
}

const forever = new Promise<never>(() => {});

export function createProcess(
  clock: Clock,
  random: Random,
  weather: () => Weather,
  onPoint: (point: string, kill: () => void) => void,
): SimulatedProcess {
  let dead = false;
  let stoppedUntil = 0;
  const awake = async () => {
    while (!dead && clock.elapsedMs() < stoppedUntil) await clock.sleep(stoppedUntil - clock.elapsedMs());
    if (dead) await forever;
  };
  const kill = () => (dead = true);

  const call = async (work: () => unknown): Promise<unknown> => {
    await awake();
    const { failure, stall, stallMs } = weather();
    const delayMs = random.chance(stall) ? random.between(0, stallMs) : random.between(0, 2);
    if (delayMs > 0) await clock.sleep(delayMs);
    // What a dead process had sent may still arrive.
    if (dead && random.chance(0.5)) await forever;
    const fails = random.chance(failure);
    const answerLost = fails && random.chance(0.5);
    if (fails && !answerLost) {
      await awake();
      throw new Error('simulated: the call failed');
    }
    const outcome = await Promise.resolve()
      .then(work)
      .then(
        (value) => ({ value, error: undefined }),
        (error: unknown) => ({ value: undefined, error }),
      );
    await awake();
    if (outcome.error !== undefined) throw outcome.error as Error;
    if (answerLost) throw new Error('simulated: the answer was lost');
    return outcome.value;
  };

  return {
    clock: {
      nowMs: () => clock.nowMs(),
      elapsedMs: () => clock.elapsedMs(),
      sleep: async (ms, signal) => {
        await clock.sleep(ms, signal).finally(awake);
      },
    },
    faults: {
      reach: (point) => {
        onPoint(point, kill);
        if (dead) throw new Error(`simulated: killed at ${point}`);
      },
    },
    get dead() {
      return dead;
    },
    around: (port) =>
      new Proxy(port, {
        get: (target, key, receiver) => {
          const member = Reflect.get(target, key, receiver) as unknown;
          if (typeof member !== 'function') return member;
          return (...args: unknown[]) => call(() => Reflect.apply(member, target, args) as unknown);
        },
      }),
    kill,
    pause: (ms) => {
      stoppedUntil = clock.elapsedMs() + ms;
    },
  };
}
