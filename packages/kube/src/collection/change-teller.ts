/** Tells listeners that something changed: once per turn of the event loop, however often it did. */
export interface ChangeTeller extends Disposable {
  tell(): void;
  /** Returns how to stop listening. */
  onChange(listener: () => void): () => void;
}

/** A teller without listeners. Disposing silences it, what is already under way included. */
export function createChangeTeller(): ChangeTeller {
  const listeners = new Set<() => void>();
  let telling: NodeJS.Immediate | undefined;
  return {
    tell: () => {
      telling ??= setImmediate(() => {
        telling = undefined;
        for (const listener of listeners) listener();
      });
    },
    onChange: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    [Symbol.dispose]: () => {
      listeners.clear();
      if (telling !== undefined) clearImmediate(telling);
    },
  };
}
