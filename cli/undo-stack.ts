/**
 * What was started and must be ended, in the reverse order: `AsyncDisposableStack` of ECMAScript's explicit resource
 * management, of which Node.js 22 has the symbols but not this class.
 */
export interface UndoStack extends AsyncDisposable {
  /** Ends this too, and gives it back. */
  use<T extends AsyncDisposable>(resource: T): T;
  /** Hands everything to a new stack: this one has nothing to end any more. */
  move(): UndoStack;
}

export function createUndoStack(started: AsyncDisposable[] = []): UndoStack {
  return {
    use: (resource) => {
      started.push(resource);
      return resource;
    },
    move: () => createUndoStack(started.splice(0)),
    [Symbol.asyncDispose]: async () => {
      const errors: unknown[] = [];
      for (let resource = started.pop(); resource !== undefined; resource = started.pop()) {
        try {
          await resource[Symbol.asyncDispose]();
        } catch (error) {
          errors.push(error);
        }
      }
      if (errors.length > 0)
        throw errors.length === 1 ? errors[0] : new AggregateError(errors, 'several things did not end');
    },
  };
}
