import { InterceptError, toLimitValues, type Clock, type Code, type Log } from '@switchyard/contract';
import { createBackoff, sleep, type Backoff } from '@switchyard/runtime';
import type { KubeClient, Selection, WatchEvent } from '../client.ts';
import { kubeLimits } from '../limits.ts';
import type { KubeObject, ResourceType } from '../resources/meta.ts';
import { createChangeTeller } from './change-teller.ts';
import type { Collection } from './collection.ts';
import { createObjectMap, type ObjectMap } from './object-map.ts';

/** What a collection needs from its process. */
export interface CollectionDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly client: KubeClient;
}

const { silentMs, firstRetryMs, maxRetryMs } = toLimitValues(kubeLimits);

/** What makes no sense to try again, as long as nothing was ever listed. */
const hopeless: ReadonlySet<Code> = new Set(['not_allowed', 'cluster_not_found', 'not_signed_in']);

/** Opens a collection and begins to list. The caller disposes it. */
export function openCollection<T extends KubeObject>(
  deps: CollectionDeps,
  type: ResourceType<T>,
  selection: Selection = {},
): Collection<T> {
  const log = deps.log.with({ resource: type.plural });
  const map = createObjectMap<T>();
  const teller = createChangeTeller();
  const deleteListeners = new Set<(last: T) => void>();
  const synced = Promise.withResolvers<void>();
  const closing = new AbortController();
  const { signal } = closing;
  let connected = false;
  // An owner that does not wait for the first list sees from `connected` that there is none.
  synced.promise.catch(() => {});

  const list = async (): Promise<void> => {
    const { items, resourceVersion } = await deps.client.list(type, { ...selection, signal });
    const changed = map.replace(items, resourceVersion);
    if (changed || !connected) teller.tell();
    connected = true;
    synced.resolve();
  };
  const take = (event: WatchEvent<T>): void => {
    if (!put(map, event)) return;
    if (event.t === 'delete') for (const listener of deleteListeners) listener(event.object);
    teller.tell();
  };
  const lose = (failure: InterceptError): void => {
    // That old versions were forgotten says nothing against the server, nor against what is known.
    if (failure.code !== 'cluster_gone' && connected) {
      connected = false;
      teller.tell();
    }
    log.warn('collection_lost', { code: failure.code, reason: failure.message });
  };

  const run = async (): Promise<void> => {
    const backoff = createBackoff({ firstMs: firstRetryMs, maxMs: maxRetryMs });
    for (let everListed = false; ;) {
      try {
        await list();
        everListed = true;
        await follow(deps, { type, selection, map, backoff, take, signal });
      } catch (error) {
        const failure = InterceptError.from(error);
        if (signal.aborted || (!everListed && hopeless.has(failure.code))) throw failure;
        lose(failure);
        await sleep(deps.clock, backoff.next(), signal);
      }
    }
  };
  run().catch(synced.reject);

  return {
    synced: synced.promise,
    get: map.get,
    get objects() {
      return map.objects;
    },
    get connected() {
      return connected;
    },
    onChange: teller.onChange,
    onDelete: (listener) => {
      deleteListeners.add(listener);
      return () => void deleteListeners.delete(listener);
    },
    learn: (object) => {
      if (map.learn(object)) teller.tell();
    },
    [Symbol.dispose]: () => {
      connected = false;
      teller[Symbol.dispose]();
      deleteListeners.clear();
      closing.abort(new InterceptError('canceled', `The ${type.plural} are not watched any more.`));
    },
  };
}

interface Following<T extends KubeObject> {
  readonly type: ResourceType<T>;
  readonly selection: Selection;
  readonly map: ObjectMap<T>;
  readonly backoff: Backoff;
  take(event: WatchEvent<T>): void;
  readonly signal: AbortSignal;
}

/** Watches on from what is known, one watch after the other. Only ever ends by a failure, or by `signal`. */
async function follow<T extends KubeObject>({ clock, client }: CollectionDeps, following: Following<T>): Promise<never> {
  const { type, selection, map, backoff, take, signal } = following;
  for (;;) {
    let heard = false;
    for await (const event of client.watch(type, { ...selection, resourceVersion: map.version, silentMs, signal })) {
      take(event);
      heard = true;
      backoff.reset();
    }
    // Whatever ends watches at once, without a word, must not make us ask without a pause.
    if (!heard || signal.aborted) await sleep(clock, backoff.next(), signal);
  }
}

/** Whether the event changes anything. */
function put<T extends KubeObject>(map: ObjectMap<T>, event: WatchEvent<T>): boolean {
  switch (event.t) {
    case 'put':
      return map.put(event.object);
    case 'delete':
      return map.remove(event.object);
    case 'bookmark':
      map.reach(event.resourceVersion);
      return false;
  }
}
