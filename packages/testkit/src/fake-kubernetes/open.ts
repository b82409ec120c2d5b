import { once } from 'node:events';
import type { Socket } from 'node:net';
import { toPort } from '../echo-server.ts';
import { writeKubeconfig } from './kubeconfig.ts';
import { toPlace, type FakeObject, type FakeType } from './object.ts';
import type { FakeReview, FakeUser } from './resources.ts';
import { createFakeServer, type FakeRefusal, type FakeRequest } from './server.ts';
import { createServiceDefaults } from './service-defaults.ts';
import { createFakeStore } from './store.ts';
import type { FakeWatch } from './watch.ts';

/** How the fake API server begins. */
export interface FakeKubernetesOptions {
  /** Of the kubeconfig's context, and of objects without one. Default `shop`. */
  readonly namespace?: string;
  /** What callers have to send as `Authorization: Bearer`. Default `fake-token`. */
  readonly token?: string;
  /** Default `dev@example.com`. */
  readonly user?: FakeUser;
  /** The server's wall clock, for `creationTimestamp`. Default: the system's. */
  readonly date?: () => Date;
  /** What becomes of each object that is to be stored: an API server drops what the type's definition does not know. Default: nothing. */
  readonly prune?: (object: FakeObject) => FakeObject;
}

/**
 * A Kubernetes API server with its objects in memory, on a real HTTP port: paths, versions, watches, patches, preconditions and refusals as
 * the real one has them. Any resource type exists unless its group is in `missingGroups`. It has no controllers: nothing makes
 * EndpointSlices, and deleting an object deletes that object alone.
 */
export interface FakeKubernetes extends AsyncDisposable {
  readonly url: string;
  /** Path of a kubeconfig that leads here. */
  readonly kubeconfig: string;
  readonly namespace: string;
  /** Every request, in order of arrival. */
  readonly requests: readonly FakeRequest[];
  /** Watches that are open now. */
  readonly openWatches: number;
  /** What a caller has to present from now on. */
  token: string;
  /** Who `SelfSubjectReview` says that the caller is. */
  user: FakeUser;
  /** Who may do what, as `LocalSubjectAccessReview` answers it. At first everybody may everything. */
  review: (spec: FakeReview) => boolean;
  /** What stands at paths that lead to no resource, as JSON: `/openid/v1/jwks`. */
  readonly documents: Map<string, object>;
  /** Logs of pods by name, those of the container before by `NAME/previous`; each line with its time before it. */
  readonly logs: Map<string, string>;
  /** API groups that answer 404, as those of a CRD that is not installed. */
  readonly missingGroups: Set<string>;
  /**
   * Called before each request is acted on; what it returns is the answer. Also the place to change something between two requests of a
   * caller.
   */
  refuse: (request: FakeRequest) => FakeRefusal | undefined;

  /** Stores `object` as somebody else would, status included; says how it is stored. */
  put<T extends FakeObject>(object: T): T;
  /** Removes an object as somebody else would. */
  remove(object: FakeObject): void;
  get<T extends FakeObject>(type: FakeType & { readonly shape?: T }, name: string, namespace?: string): T | undefined;
  list<T extends FakeObject>(type: FakeType & { readonly shape?: T }, namespace?: string): readonly T[];

  /** Ends all watches: in an orderly way (the default), or with their connections. */
  cutWatches(how?: 'end' | 'reset'): void;
  /** Tells every watch that asked for it which version it has reached. */
  sendBookmarks(): void;
  /** Forgets old versions: who asks for one is told 410, as an event of the watch (the default) or as the answer's status. */
  compact(tellGoneAs?: 'event' | 'status'): void;
  /** An outage: every connection, old and new, is broken. */
  pause(): void;
  resume(): void;
}

/** Opens a fake API server on a free port of 127.0.0.1. The caller disposes it. */
export async function openFakeKubernetes(options: FakeKubernetesOptions = {}): Promise<FakeKubernetes> {
  const { namespace = 'shop', date = () => new Date(), prune = (object: FakeObject) => object } = options;
  const store = createFakeStore(date);
  const completeService = createServiceDefaults();
  const complete = (object: FakeObject, before: FakeObject | undefined): FakeObject => prune(completeService(object, before));
  const requests: FakeRequest[] = [];
  const watches = new Set<FakeWatch>();
  const sockets = new Set<Socket>();
  let tellGoneAs: 'event' | 'status' = 'event';
  let paused = false;

  const server = createFakeServer({
    store,
    complete,
    requests,
    watches,
    get user() {
      return fake.user;
    },
    review: (spec) => fake.review(spec),
    get state() {
      const { token, missingGroups, refuse, documents, logs } = fake;
      return { token, missingGroups, refuse, documents, logs, tellGoneAs };
    },
  });
  server.on('connection', (socket) => {
    if (paused) {
      socket.destroy();
      return;
    }
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const breakConnections = (): void => {
    for (const socket of sockets) socket.destroy();
  };

  const url = `http://127.0.0.1:${toPort(server.address())}`;
  const token = options.token ?? 'fake-token';
  const kubeconfig = await writeKubeconfig({ url, namespace, token });
  const fake: FakeKubernetes = {
    url,
    kubeconfig: kubeconfig.path,
    namespace,
    requests,
    get openWatches() {
      return watches.size;
    },
    token,
    user: options.user ?? { username: 'dev@example.com', groups: ['system:authenticated'] },
    review: () => true,
    documents: new Map(),
    logs: new Map(),
    missingGroups: new Set(),
    refuse: () => undefined,

    put: (object) => {
      const place = toPlace(object, namespace);
      return store.put(place, complete(object, store.get(place))) as typeof object;
    },
    remove: (object) => void store.remove(toPlace(object, namespace)),
    // What was stored under a type has its shape: the caller says so.
    get: ({ group, plural }, name, of = namespace) => store.get({ group, plural, namespace: of, name }) as never,
    list: (type, of = namespace) => store.list(type, of) as never,

    cutWatches: (how = 'end') => {
      for (const watch of watches) watch.cut(how);
    },
    sendBookmarks: () => {
      for (const watch of watches) watch.bookmark();
    },
    compact: (how = 'event') => {
      tellGoneAs = how;
      store.compact();
    },
    pause: () => {
      paused = true;
      breakConnections();
    },
    resume: () => {
      paused = false;
    },
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      breakConnections();
      await Promise.all([closed, kubeconfig[Symbol.asyncDispose]()]);
    },
  };
  return fake;
}
