import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { isCustom, type FakeObject, type FakePlace, type FakeType, type OpenObject } from './object.ts';

/** One change, as watches tell it. */
export interface FakeChange {
  readonly t: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly version: number;
  readonly place: FakePlace;
  readonly object: FakeObject;
  /** The object before; undefined where there was none. */
  readonly before: FakeObject | undefined;
}

/** Objects by place, with one count of versions over all of them, and the changes since the last compaction. */
export interface FakeStore {
  /** The resourceVersion of the newest change. */
  readonly version: number;
  /** The oldest version from which a watch can go on. */
  readonly oldest: number;
  get(place: FakePlace): FakeObject | undefined;
  /** Ordered by namespace and name; undefined: all namespaces. */
  list(type: FakeType, namespace: string | undefined): readonly FakeObject[];
  /** Stores `object`, with what a server adds to metadata. A write that changes nothing is none. */
  put(place: FakePlace, object: FakeObject): FakeObject;
  remove(place: FakePlace): FakeObject | undefined;
  changesSince(version: number): readonly FakeChange[];
  /** Forgets the changes so far; every version that anybody knows is too old then. */
  compact(): void;
  onChange(listener: (change: FakeChange) => void): () => void;
}

/** An empty store; `toDate` gives the times of creation. */
export function createFakeStore(toDate: () => Date): FakeStore {
  const objects = new Map<string, { readonly place: FakePlace; readonly object: FakeObject }>();
  const listeners = new Set<(change: FakeChange) => void>();
  let changes: FakeChange[] = [];
  let version = 1000;
  let oldest = version;

  const tell = (change: FakeChange): void => {
    changes.push(change);
    for (const listener of listeners) listener(change);
  };

  return {
    get version() {
      return version;
    },
    get oldest() {
      return oldest;
    },
    get: (place) => objects.get(toKey(place))?.object,
    list: (type, namespace) =>
      [...objects]
        .filter(([, { place }]) => place.group === type.group && place.plural === type.plural)
        .filter(([, { place }]) => namespace === undefined || place.namespace === namespace)
        .toSorted(([left], [right]) => (left < right ? -1 : 1))
        .map(([, { object }]) => object),
    put(place, object) {
      const before = objects.get(toKey(place))?.object;
      const settled = settle(place, object, before, toDate);
      if (before !== undefined && isDeepStrictEqual(before, settled)) return before;
      version += 1;
      const stored = { ...settled, metadata: { ...settled.metadata, resourceVersion: String(version) } };
      objects.set(toKey(place), { place, object: stored });
      tell({ t: before === undefined ? 'ADDED' : 'MODIFIED', version, place, object: stored, before });
      return stored;
    },
    remove(place) {
      const before = objects.get(toKey(place))?.object;
      if (before === undefined) return undefined;
      version += 1;
      objects.delete(toKey(place));
      const object = { ...before, metadata: { ...before.metadata, resourceVersion: String(version) } };
      tell({ t: 'DELETED', version, place, object, before });
      return object;
    },
    changesSince: (from) => changes.filter((change) => change.version > from),
    compact() {
      changes = [];
      version += 1;
      oldest = version;
    },
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

function toKey({ group, plural, namespace, name }: FakePlace): string {
  return JSON.stringify([group, plural, namespace, name]);
}

/** `object` with the metadata that the server keeps: who it is, since when, how often its wanted state changed. */
function settle(place: FakePlace, object: FakeObject, before: FakeObject | undefined, toDate: () => Date): FakeObject {
  const { resourceVersion: _written, generation: _counted, ...given } = object.metadata;
  const kept = before?.metadata;
  const metadata = {
    ...given,
    name: place.name,
    ...(place.namespace === undefined ? {} : { namespace: place.namespace }),
    uid: kept?.uid ?? given.uid ?? randomUUID(),
    creationTimestamp:
      kept?.creationTimestamp ??
      given.creationTimestamp ??
      toDate()
        .toISOString()
        .replace(/\.\d+Z$/, 'Z'),
    ...(kept?.resourceVersion === undefined ? {} : { resourceVersion: kept.resourceVersion }),
    ...(isCustom(place.group) ? { generation: toGeneration(object, before) } : {}),
  };
  return structuredClone({ ...object, metadata });
}

function toGeneration(object: FakeObject, before: FakeObject | undefined): number {
  if (before === undefined) return 1;
  const generation = before.metadata.generation ?? 1;
  return isDeepStrictEqual(toWanted(object), toWanted(before)) ? generation : generation + 1;
}

/** What people write: all but metadata and status. */
function toWanted(object: FakeObject): object {
  const { metadata: _metadata, status: _status, ...wanted } = object as OpenObject;
  return wanted;
}
