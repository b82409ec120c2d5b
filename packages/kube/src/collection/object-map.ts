import type { KubeObject } from '../resources/meta.ts';

/**
 * The objects that lists and watches told of, by name. Versions are compared: an object never goes back to an older one, whichever way the
 * news came. API servers count resourceVersions up over all objects of a type, and promise so since Kubernetes 1.35.
 */
export interface ObjectMap<T extends KubeObject> {
  get(name: string): T | undefined;
  /** Immutable: the same map until something changes. */
  readonly objects: ReadonlyMap<string, T>;
  /** Up to which version everything is known: where a watch goes on. */
  readonly version: string;
  /** Takes a list. What was learned and is newer than the list stays: it came meanwhile. These say whether anything changed. */
  replace(items: readonly T[], version: string): boolean;
  put(object: T): boolean;
  remove(object: T): boolean;
  /** Nothing is missing up to `version`. */
  reach(version: string): void;
  /** Takes an object that came in another way than by the watch, unless the watch is ahead of it. */
  learn(object: T): boolean;
}

/** An empty map. */
export function createObjectMap<T extends KubeObject>(): ObjectMap<T> {
  let newest = new Map<string, T>();
  let shown: ReadonlyMap<string, T> | undefined;
  let reached = '0';

  const reach = (version: string): void => {
    if (isNewer(version, reached)) reached = version;
  };
  const isKnown = ({ metadata: { name, resourceVersion } }: T): boolean => {
    const known = newest.get(name);
    return known !== undefined && !isNewer(resourceVersion, known.metadata.resourceVersion);
  };
  const set = (object: T): boolean => {
    if (isKnown(object)) return false;
    newest.set(object.metadata.name, object);
    shown = undefined;
    return true;
  };

  return {
    get: (name) => newest.get(name),
    get objects() {
      // A copy for each change that somebody looks at, not for each of a burst.
      shown ??= new Map(newest);
      return shown;
    },
    get version() {
      return reached;
    },
    replace(items, version) {
      const before = newest;
      const listed = items.map((item) => [item.metadata.name, item] as const);
      // A restored database begins again with older versions: of what lists and watches told, the newest list is right.
      const isAhead = ({ metadata: { resourceVersion } }: T): boolean =>
        isNewer(resourceVersion, version) && isNewer(resourceVersion, reached);
      const ahead = [...before].filter(([, object]) => isAhead(object));
      newest = new Map([...listed, ...ahead]);
      reached = version;
      const isSame = newest.size === before.size && [...newest].every(([name, object]) => isSameVersion(before.get(name), object));
      if (!isSame) shown = undefined;
      return !isSame;
    },
    put(object) {
      reach(object.metadata.resourceVersion ?? '');
      return set(object);
    },
    remove(object) {
      reach(object.metadata.resourceVersion ?? '');
      const { name, resourceVersion } = object.metadata;
      const known = newest.get(name);
      if (known === undefined || isNewer(known.metadata.resourceVersion, resourceVersion)) return false;
      shown = undefined;
      return newest.delete(name);
    },
    reach,
    learn: (object) => isNewer(object.metadata.resourceVersion, reached) && set(object),
  };
}

function isSameVersion<T extends KubeObject>(left: T | undefined, right: T): boolean {
  return left !== undefined && left.metadata.uid === right.metadata.uid && left.metadata.resourceVersion === right.metadata.resourceVersion;
}

function isNewer(version: string | undefined, than: string | undefined): boolean {
  return toNumber(version) > toNumber(than);
}

function toNumber(version: string | undefined): bigint {
  return version !== undefined && /^\d+$/.test(version) ? BigInt(version) : 0n;
}
