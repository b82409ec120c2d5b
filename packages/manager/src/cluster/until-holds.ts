/** Something that tells of its changes. */
export interface Changing {
  /** Calls `listener` after each change. Returns how to stop that. */
  onChange(listener: () => void): () => void;
}

/** Waits until `holds` does, which is asked at once and after each change of `source`. Answers false where `signal` was aborted before. */
export async function untilHolds(source: Changing, holds: () => boolean, signal: AbortSignal): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const look = (): void => {
    if (holds()) resolve(true);
  };
  const giveUp = (): void => resolve(false);
  const stop = source.onChange(look);
  signal.addEventListener('abort', giveUp, { once: true });
  look();
  if (signal.aborted) giveUp();
  try {
    return await promise;
  } finally {
    stop();
    signal.removeEventListener('abort', giveUp);
  }
}
