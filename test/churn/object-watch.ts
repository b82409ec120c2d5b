import { intercepts, openCollection, type CollectionDeps, type Intercept } from '@switchyard/kube';
import type { Life } from './ledger.ts';

/** What the Intercept objects say, as it goes on. */
export interface ObjectWatch extends Disposable {
  /** Resolves when the object says that requests arrive; rejects when it is refused or gone before. Notes in `life` when it is gone. */
  follow(uid: string, life: Life): Promise<void>;
  readonly count: number;
}

interface Follower {
  readonly life: Life;
  resolve(): void;
  reject(reason: Error): void;
  seen: boolean;
}

/** Opens one watch for all objects of the namespace. */
export async function openObjectWatch(deps: CollectionDeps): Promise<ObjectWatch> {
  const collection = openCollection(deps, intercepts);
  await collection.synced;
  const followers = new Map<string, Follower>();
  const look = (): void => {
    const byUid = new Map([...collection.objects.values()].map((object) => [object.metadata.uid ?? '', object]));
    for (const [uid, follower] of followers) if (see(byUid.get(uid), follower)) followers.delete(uid);
  };
  const stop = collection.onChange(look);
  return {
    async follow(uid, life) {
      const before = followers.get(uid);
      if (before !== undefined) end(before);
      return new Promise((resolve, reject) => {
        followers.set(uid, { life, resolve, reject, seen: false });
        look();
      });
    },
    get count() {
      return collection.objects.size;
    },
    [Symbol.dispose]() {
      stop();
      collection[Symbol.dispose]();
    },
  };
}

/** Whether this one is over. */
function see(object: Intercept | undefined, follower: Follower): boolean {
  if (object === undefined) {
    // Not in the collection yet, or not any more.
    if (follower.seen) end(follower);
    return follower.seen;
  }
  follower.seen = true;
  const refused = object.status?.conditions?.find(({ type, status }) => type === 'Accepted' && status === 'False');
  if (refused !== undefined) follower.reject(new Error(`${refused.reason}: ${refused.message}`));
  if (['Accepted', 'Routed', 'SessionReady'].every((type) => isTrue(object, type))) {
    follower.life.routedAt ??= performance.now();
    follower.resolve();
  }
  return false;
}

function end({ life, reject }: Follower): void {
  life.endedAt = performance.now();
  reject(new Error('The object is gone.'));
}

function isTrue({ status }: Intercept, wanted: string): boolean {
  return status?.conditions?.some(({ type, status: is }) => type === wanted && is === 'True') ?? false;
}
