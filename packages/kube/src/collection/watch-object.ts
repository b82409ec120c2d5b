import type { Scope } from '../client.ts';
import type { KubeObject, ResourceType } from '../resources/meta.ts';
import { openCollection, type CollectionDeps } from './open-collection.ts';

/**
 * The newest state of one object, again and again: first as it is, then whenever it changed; undefined while there is none. States that are
 * overtaken before they were looked at are left out. While the API server is away nothing comes. Ends when `signal` is aborted; rejects as
 * `Collection.synced` does.
 */
export async function* watchObject<T extends KubeObject>(
  deps: CollectionDeps,
  type: ResourceType<T>,
  name: string,
  { signal, ...scope }: Scope & { readonly signal: AbortSignal },
): AsyncGenerator<T | undefined> {
  if (signal.aborted) return;
  using collection = openCollection(deps, type, { ...scope, fieldSelector: `metadata.name=${name}` });
  let changed = Promise.withResolvers<void>();
  collection.onChange(() => changed.resolve());
  const ended = Promise.withResolvers<'ended'>();
  const onAbort = (): void => ended.resolve('ended');
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    if ((await Promise.race([collection.synced, ended.promise])) === 'ended') return;
    for (let last: T | undefined | null = null; ;) {
      const object = collection.get(name);
      changed = Promise.withResolvers<void>();
      if (object !== last) yield object;
      last = object;
      if ((await Promise.race([changed.promise, ended.promise])) === 'ended') return;
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
