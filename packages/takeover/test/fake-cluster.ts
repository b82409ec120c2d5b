import { InterceptError } from '@switchyard/contract';
import type {
  KubeClient,
  KubeObject,
  ManagedFieldsEntry,
  ObjectList,
  Patch,
  ResourceType,
  Selection,
  Service,
  WriteOptions,
} from '@switchyard/kube';
import { toFields, toPaths, toTree } from './field-paths.ts';
import { applyJsonPatch } from './json-patch.ts';

/** Refuses the call, or lets it happen and loses its answer, by throwing. `when` is `after` where the change is made. */
export type Fault = (call: number, when: 'before' | 'after', verb: string) => void;

/**
 * One namespace behind the `KubeClient` port, with what the takeover relies on: versions, failed tests, preconditions, and who owns which
 * field of a Service. Watches are not there.
 */
export class FakeCluster implements KubeClient {
  get connection(): never {
    throw new Error('not here');
  }

  readonly namespace = 'shop';
  readonly context = 'fake';
  readonly server = 'https://fake';
  /** Runs around each call. */
  fault: Fault = () => {};
  calls = 0;
  /** Plurals that the cluster does not know. */
  readonly unknown: Set<string> = new Set();
  readonly #objects: Map<string, KubeObject> = new Map();
  #version = 100;

  /** The object as it is. */
  read<T extends KubeObject>(type: ResourceType<T>, name: string): T | undefined {
    return this.#objects.get(`${type.plural}/${name}`) as T | undefined;
  }

  /** Somebody writes an object, or makes it. */
  write<T extends KubeObject>(type: ResourceType<T>, object: T, manager: string): T {
    const path = `${type.plural}/${object.metadata.name}`;
    const old = this.#objects.get(path);
    const version = String(++this.#version);
    const uid = old?.metadata.uid ?? `uid-${version}`;
    const metadata = { ...object.metadata, uid, resourceVersion: version };
    if (metadata.annotations !== undefined && Object.keys(metadata.annotations).length === 0)
      delete (metadata as { annotations?: unknown }).annotations;
    const next = { ...object, metadata } as KubeObject;
    const written = type.plural === 'services' ? own(old as Service | undefined, next as Service, manager, `t${version}`) : next;
    this.#objects.set(path, written);
    return written as T;
  }

  remove<T extends KubeObject>(type: ResourceType<T>, name: string): void {
    this.#objects.delete(`${type.plural}/${name}`);
  }

  async readDocument(): Promise<never> {
    throw new Error('not here');
  }

  async get<T extends KubeObject>(type: ResourceType<T>, name: string): Promise<T | undefined> {
    return await this.#call('get', type, () => this.read(type, name));
  }

  async list<T extends KubeObject>(type: ResourceType<T>, selection: Selection = {}): Promise<ObjectList<T>> {
    return await this.#call('list', type, () => {
      const [label, value] = selection.labelSelector?.split('=') ?? [];
      const items = [...this.#objects].filter(([path]) => path.startsWith(`${type.plural}/`)).map(([, object]) => object as T);
      const selected = items.filter(({ metadata }) => label === undefined || metadata.labels?.[label] === value);
      return { resourceVersion: String(this.#version), items: selected };
    });
  }

  async create<T extends KubeObject>(type: ResourceType<T>, object: T, options: WriteOptions = {}): Promise<T> {
    return await this.#call('create', type, () => {
      if (this.read(type, object.metadata.name) !== undefined) throw new InterceptError('cluster_conflict', 'It exists already.');
      return this.write(type, object, options.fieldManager ?? 'unknown');
    });
  }

  async patch<T extends KubeObject>(type: ResourceType<T>, name: string, patch: Patch, options: WriteOptions = {}): Promise<T> {
    return await this.#call('patch', type, () => {
      const present = this.read(type, name);
      if (present === undefined) throw new InterceptError('cluster_not_found', 'There is none.');
      const next =
        patch.t === 'json' ? applyJsonPatch(present, patch.operations) : merge(present, patch.t === 'merge' ? patch.change : patch.object);
      if (next === undefined) throw new InterceptError('cluster_refused', 'A test failed.');
      return this.write(type, next as T, options.fieldManager ?? 'unknown');
    });
  }

  async delete<T extends KubeObject>(type: ResourceType<T>, name: string): Promise<boolean> {
    return await this.#call('delete', type, () => this.#objects.delete(`${type.plural}/${name}`));
  }

  watch(): never {
    throw new Error('not here');
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  async #call<R>(verb: string, type: ResourceType, act: () => R): Promise<R> {
    const call = ++this.calls;
    await Promise.resolve();
    this.fault(call, 'before', `${verb} ${type.plural}`);
    if (this.unknown.has(type.plural)) throw new InterceptError('cluster_not_found', 'No such type.');
    const result = act();
    this.fault(call, 'after', `${verb} ${type.plural}`);
    return structuredClone(result);
  }
}

/**
 * What an update by `manager` does to ownership: it owns what it changed, nobody owns what is gone; ownership that it sent itself counts as
 * the state before.
 */
function own(old: Service | undefined, next: Service, manager: string, time: string): Service {
  const before = old === undefined ? new Map<string, string>() : toFields(old);
  const after = toFields(next);
  const changed = [...after.keys()].filter((path) => before.get(path) !== after.get(path));
  const gone = [...before.keys()].filter((path) => !after.has(path));
  const entries = (next.metadata.managedFields ?? []).filter(({ manager }) => manager !== undefined);
  const mine = entries.find((entry) => entry.manager === manager && entry.operation === 'Update');
  const lists =
    mine === undefined && changed.length > 0 ? [...entries, { manager, operation: 'Update', apiVersion: 'v1', time } as const] : entries;
  const managedFields = lists.flatMap((entry): ManagedFieldsEntry[] => {
    const paths = toPaths(entry.fieldsV1);
    const isMine = entry.manager === manager && entry.operation === 'Update';
    for (const path of gone) paths.delete(path);
    for (const path of changed)
      if (isMine) paths.add(path);
      else paths.delete(path);
    const touched = isMine && changed.length > 0 ? { time } : {};
    return paths.size === 0 ? [] : [{ ...entry, ...touched, fieldsType: 'FieldsV1', fieldsV1: toTree(paths) }];
  });
  return { ...next, metadata: { ...next.metadata, managedFields } };
}

function merge(present: object, change: object): object {
  const result = { ...present } as Record<string, object | undefined>;
  for (const [name, value] of Object.entries(change)) {
    if (value === null) delete result[name];
    else result[name] = typeof value === 'object' && !Array.isArray(value) ? merge(result[name] ?? {}, value as object) : value;
  }
  return result;
}
