import { InterceptError, type Clock, type Log } from '@switchyard/contract';
import { intercepts, watchObject, type Intercept, type KubeClient } from '@switchyard/kube';
import type { Progress } from '../progress.ts';
import { readProgress } from './progress.ts';

/** One Intercept object of ours, as it goes on. Dispose stops looking. */
export interface Followed extends Disposable {
  readonly object: Intercept;
  readonly progress: Progress;
  /** Resolves the first time that requests arrive; rejects when it is refused, removed by somebody, or cannot be watched. */
  readonly ready: Promise<void>;
  /** Resolves when somebody removed the object. */
  readonly gone: Promise<void>;
}

/** What following needs. */
export interface FollowDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly client: KubeClient;
}

/** Watches an object that we made. `onProgress` is called with every change, the first state included. */
export function followIntercept(deps: FollowDeps, claimed: Intercept, onProgress: (progress: Progress) => void): Followed {
  const stop = new AbortController();
  const ready = Promise.withResolvers<void>();
  const gone = Promise.withResolvers<void>();
  // Whoever waits hears of it; later nobody has to.
  ready.promise.catch(() => {});
  const { name, uid } = claimed.metadata;
  let object = claimed;
  let progress: Progress = { t: 'unrouted', message: undefined };

  const see = (seen: Intercept): void => {
    object = seen;
    progress = readProgress(seen);
    if (progress.t === 'ready') ready.resolve();
    if (progress.t === 'refused') ready.reject(progress.error);
    onProgress(progress);
  };
  const watch = async (): Promise<void> => {
    for await (const seen of watchObject(deps, intercepts, name, { signal: stop.signal })) {
      if (seen === undefined || seen.metadata.uid !== uid) {
        ready.reject(new InterceptError('intercept_not_found', `Somebody removed the intercept ${name} before its requests arrived.`));
        gone.resolve();
        return;
      }
      see(seen);
    }
  };
  watch().catch((reason: unknown) => ready.reject(InterceptError.from(reason)));
  return {
    get object() {
      return object;
    },
    get progress() {
      return progress;
    },
    ready: ready.promise,
    gone: gone.promise,
    [Symbol.dispose]: () => stop.abort(new InterceptError('canceled', 'The intercept is not looked at any more.')),
  };
}
