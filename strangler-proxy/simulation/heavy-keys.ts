export interface HeavyKey {
  readonly key: string;
  /** A lower bound; exact until `capacity` different keys have come. */
  readonly count: number;
}

/**
 * The keys that come most often, in bounded memory (Misra and Gries, "Finding repeated elements", 1982): a key that makes more
 * than 1/capacity of all is always among them.
 */
export class HeavyKeys {
  readonly #capacity: number;
  readonly #counts = new Map<string, number>();

  constructor(capacity = 1_000) {
    this.#capacity = capacity;
  }

  add(key: string): void {
    const known = this.#counts.get(key);
    if (known !== undefined || this.#counts.size < this.#capacity) this.#counts.set(key, (known ?? 0) + 1);
    else
      for (const [each, count] of this.#counts)
        if (count === 1) this.#counts.delete(each);
        else this.#counts.set(each, count - 1);
  }

  top(limit: number): readonly HeavyKey[] {
    const all = [...this.#counts].map(([key, count]) => ({ key, count }));
    return all.toSorted((one, other) => other.count - one.count).slice(0, limit);
  }
}
