import type { KubeConnection } from './credentials/connection.ts';
import type { KubeObject, ResourceType } from './resources/meta.ts';

/** A change of an object. */
export type Patch =
  /** RFC 6902. A failed `test` rejects with `cluster_refused`. */
  | { readonly t: 'json'; readonly operations: readonly PatchOperation[] }
  /** RFC 7396. */
  | { readonly t: 'merge'; readonly change: object }
  /** Server-side apply, forced. */
  | { readonly t: 'apply'; readonly object: object };

/** One operation of an RFC 6902 patch. */
export type PatchOperation =
  | { readonly op: 'test' | 'add' | 'replace'; readonly path: string; readonly value: unknown }
  | { readonly op: 'remove'; readonly path: string };

/** Where an object or a list is looked for. */
export interface Scope {
  /** Default: the client's namespace, for namespaced types. */
  readonly namespace?: string | undefined;
}

/** Which objects a list has. */
export interface Selection extends Scope {
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
}

/** How a write is done. */
export interface WriteOptions extends Scope {
  /** `status` and the like. */
  readonly subresource?: string | undefined;
  readonly dryRun?: boolean | undefined;
  readonly fieldManager?: string | undefined;
}

/** What an API server says of itself to everybody who has an account (OpenID Connect Discovery 1.0), by its path. */
export type ServerDocument = '/.well-known/openid-configuration' | '/openid/v1/jwks';

/**
 * The Kubernetes API as this project uses it: plain JSON over HTTPS with the credentials of a kubeconfig or of the pod. Every call has a
 * deadline.
 *
 * Rejects with `InterceptError`: `cluster_unavailable` (no answer, 5xx, 429), `not_signed_in` (401), `not_allowed` (403),
 * `cluster_conflict` (409: exists already, or another resourceVersion), `cluster_not_found` (404, where a method does not answer
 * undefined), `cluster_refused` (400, 415, 422, a failed `test`). `detail.status` is the HTTP status, `detail.reason` the Status object's
 * reason; the message has the API server's own words.
 */
export interface KubeClient extends AsyncDisposable {
  /** For what is more than a call: port-forwards. */
  readonly connection: KubeConnection;
  /** The namespace of the context, or of the pod. */
  readonly namespace: string;
  /** Name of the context; `in-cluster` in a pod. */
  readonly context: string;
  /** Address of the API server, for people. */
  readonly server: string;

  /** What the server says of itself at `path`, as JSON that nobody checked. */
  readDocument(path: ServerDocument, options?: CallOptions): Promise<unknown>;
  /** Undefined where there is no such object; rejects with `cluster_not_found` where there is no such resource type. */
  get<T extends KubeObject>(type: ResourceType<T>, name: string, scope?: Scope & CallOptions): Promise<T | undefined>;
  /** A list with a quorum read, and the resourceVersion that a watch may go on from. */
  list<T extends KubeObject>(type: ResourceType<T>, selection?: Selection & CallOptions): Promise<ObjectList<T>>;
  create<T extends KubeObject>(type: ResourceType<T>, object: T, options?: WriteOptions & CallOptions): Promise<T>;
  patch<T extends KubeObject>(type: ResourceType<T>, name: string, patch: Patch, options?: WriteOptions & CallOptions): Promise<T>;
  /** False where there was nothing to delete. `uid` and `resourceVersion` are preconditions (`cluster_conflict`). */
  delete<T extends KubeObject>(type: ResourceType<T>, name: string, options?: DeleteOptions & CallOptions): Promise<boolean>;
  /**
   * Opens a watch; yields events until the server ends it or `signal` is aborted. Rejects as the others do; `cluster_gone` (410) where the
   * version is too old.
   */
  watch<T extends KubeObject>(type: ResourceType<T>, options: WatchOptions): AsyncIterable<WatchEvent<T>>;
}

/** What every call takes. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

/** What is deleted, and on which condition. */
export interface DeleteOptions extends Scope {
  readonly uid?: string | undefined;
  readonly resourceVersion?: string | undefined;
  readonly propagation?: 'Background' | 'Foreground' | 'Orphan' | undefined;
}

/** A list, as it was at one moment. */
export interface ObjectList<T extends KubeObject> {
  readonly resourceVersion: string;
  readonly items: readonly T[];
}

/** From where and how long to watch. */
export interface WatchOptions extends Selection {
  readonly resourceVersion: string;
  /** After which time without any event, bookmarks included, the connection counts as dead. */
  readonly silentMs: number;
  readonly signal: AbortSignal;
}

/** What a watch tells. */
export type WatchEvent<T extends KubeObject> =
  | { readonly t: 'put'; readonly object: T }
  | { readonly t: 'delete'; readonly object: T }
  | { readonly t: 'bookmark'; readonly resourceVersion: string };
