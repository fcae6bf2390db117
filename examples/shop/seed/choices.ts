/** A deterministic source of choices (mulberry32): the same seed makes the same shop. */
export interface Choices {
  /** 0 … 1, without 1. */
  next(): number;
  /** A whole number from `low` to `high`, both possible. */
  integer(low: number, high: number): number;
  pick<T>(list: readonly [T, ...(readonly T[])]): T;
  chance(probability: number): boolean;
  /** Small numbers often, large ones seldom: most orders and reviews are of few products. */
  skewed(high: number): number;
}

export function createChoices(seed: number): Choices {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
  return {
    next,
    integer: (low, high) => low + Math.floor(next() * (high - low + 1)),
    pick: (list) => list[Math.floor(next() * list.length)] ?? list[0],
    chance: (probability) => next() < probability,
    skewed: (high) => 1 + Math.floor(next() ** 2 * high),
  };
}
