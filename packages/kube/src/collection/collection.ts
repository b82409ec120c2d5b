import type { KubeObject } from '../resources/meta.ts';

/**
 * All objects of one type and namespace, kept up to date by list and watch. The first list is a quorum read; bookmarks keep the version
 * fresh; 410 lists anew; a silent connection is given up; while the API server is away the last state stays, and attempts go on with
 * backoff.
 */
export interface Collection<T extends KubeObject> extends Disposable {
  /**
   * Resolves when the first list is there. Rejects only with what no retry heals (`not_allowed`, `cluster_not_found`, `not_signed_in`) or
   * when disposed (`canceled`).
   */
  readonly synced: Promise<void>;
  /** The newest object of that name. */
  get(name: string): T | undefined;
  /** The newest objects by name. Immutable: a change is another map. */
  readonly objects: ReadonlyMap<string, T>;
  /** Whether the last word from the API server is fresh; false while it cannot be reached. */
  readonly connected: boolean;
  /** Calls `listener` after each change, and after each new list, once per turn of the event loop. Returns how to stop that. */
  onChange(listener: () => void): () => void;
  /**
   * Calls `listener` with the last version of each object that the watch tells to be deleted, at once and before `onChange`: a change and the
   * deletion behind it may come in one turn. What goes while nothing is watched is only missing in the next list. Returns how to stop that.
   */
  onDelete(listener: (last: T) => void): () => void;
  /**
   * Takes an object that a write of our own answered, unless the collection has a newer one; so that we never decide on what we changed
   * ourselves.
   */
  learn(object: T): void;
}
