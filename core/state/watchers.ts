/** Who wants to hear of which keys. The stores differ only in how they learn of a change. */
export interface Watchers {
  readonly size: number;
  add(prefix: string, listener: (key: string) => void): Disposable;
  /** Tells everyone who watches a prefix of `key`. */
  changed(key: string): void;
}

export function createWatchers(): Watchers {
  const watchers = new Set<{ readonly prefix: string; readonly listener: (key: string) => void }>();
  return {
    get size() {
      return watchers.size;
    },
    add: (prefix, listener) => {
      const watcher = { prefix, listener };
      watchers.add(watcher);
      return { [Symbol.dispose]: () => void watchers.delete(watcher) };
    },
    changed: (key) => {
      // Chosen first: a listener may end its watch or begin another.
      const concerned = [...watchers].filter(({ prefix }) => key.startsWith(prefix));
      for (const { listener } of concerned) listener(key);
    },
  };
}
