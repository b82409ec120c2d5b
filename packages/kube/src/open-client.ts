import { InterceptError, silentMetrics, toLimitValues, type Clock, type Log, type Metrics } from '@switchyard/contract';
import type { KubeClient, Patch, WatchEvent, WatchOptions, WriteOptions } from './client.ts';
import { openConnection, type KubeConnection } from './credentials/connection.ts';
import type { KubeconfigOptions } from './credentials/load-kubeconfig.ts';
import { createCaller, type Answer, type Caller } from './http/caller.ts';
import type { HttpCall } from './http/exchange.ts';
import { toPath, toQuery } from './http/paths.ts';
import { kubeLimits } from './limits.ts';
import { createRequestCounter, type RequestCounter } from './request-counter.ts';
import { fieldManager } from './resources/names.ts';
import type { KubeObject, ResourceType } from './resources/meta.ts';
import { readEvents } from './watch.ts';

/** What a client needs from its process. */
export interface KubeClientDeps {
  readonly clock: Clock;
  readonly log: Log;
  /** Default: nothing is counted. */
  readonly metrics?: Metrics;
}

/** Which cluster, as whom, and where. */
export interface KubeClientOptions extends KubeconfigOptions {
  /** Default: the namespace of the context, or of the pod. */
  readonly namespace?: string | undefined;
}

const contentTypes: Readonly<Record<Patch['t'], string>> = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  apply: 'application/apply-patch+yaml',
};

/**
 * Opens a client with the credentials of a kubeconfig or of this pod. Asks the server nothing yet. Rejects with `bad_config`. The caller
 * disposes it.
 */
export async function openKubeClient(deps: KubeClientDeps, options: KubeClientOptions): Promise<KubeClient> {
  const connection = await openConnection(options);
  const counter = createRequestCounter(deps.log, deps.metrics ?? silentMetrics);
  return createKubeClient(connection, createCaller(deps.clock, connection), counter);
}

function createKubeClient(connection: KubeConnection, caller: Caller, counter: RequestCounter): KubeClient {
  const { namespace, context, server } = connection;
  const inNamespace = (scope: string | undefined): string => scope ?? namespace;

  return {
    connection,
    namespace,
    context,
    server: server.href.replace(/\/$/, ''),

    readDocument: (path, { signal } = {}) =>
      counter.count('get', 'openid', async () => {
        // Its key sets have a type of their own (RFC 7517 section 8.5), and it refuses whoever does not take it.
        const accept = 'application/json, application/jwk-set+json';
        return toValue(await caller.call({ title: `get ${path}`, method: 'GET', path, accept }, undefined, signal));
      }),

    get: (type, name, { namespace: scope, signal } = {}) =>
      counter.count('get', type.plural, async () => {
        const path = toPath(type, { namespace: inNamespace(scope), name });
        const answer = await caller.call({ title: `get ${type.plural}/${name}`, method: 'GET', path }, name, signal);
        return answer.t === 'absent' ? undefined : (answer.value as never);
      }),

    list: (type, { namespace: scope, signal, labelSelector, fieldSelector } = {}) =>
      counter.count('list', type.plural, async () => {
        const path = toPath(type, { namespace: inNamespace(scope) }) + toQuery({ labelSelector, fieldSelector });
        const answer = await caller.call({ title: `list ${type.plural}`, method: 'GET', path }, undefined, signal);
        return toList(type, toValue(answer)) as never;
      }),

    create: (type, object, options = {}) =>
      counter.count('create', type.plural, async () => {
        const { namespace: scope, subresource, signal } = options;
        const path = toPath(type, { namespace: inNamespace(scope), subresource }) + toWriteQuery(options);
        const title = `create ${type.plural}/${object.metadata.name}`;
        return toValue(await caller.call({ title, method: 'POST', path, body: JSON.stringify(object) }, undefined, signal)) as never;
      }),

    patch: (type, name, patch, options = {}) =>
      counter.count('patch', type.plural, async () => {
        const { namespace: scope, subresource, signal } = options;
        const place = toPath(type, { namespace: inNamespace(scope), name, subresource });
        const path = place + toWriteQuery(patch.t === 'apply' ? { fieldManager, ...options } : options, patch.t === 'apply');
        const call: HttpCall = {
          title: `patch ${type.plural}/${name}${subresource === undefined ? '' : `/${subresource}`}`,
          method: 'PATCH',
          path,
          contentType: contentTypes[patch.t],
          body: JSON.stringify(toPatchBody(patch)),
        };
        return toValue(await caller.call(call, undefined, signal)) as never;
      }),

    delete: (type, name, { namespace: scope, signal, uid, resourceVersion, propagation } = {}) =>
      counter.count('delete', type.plural, async () => {
        const path = toPath(type, { namespace: inNamespace(scope), name });
        const body = JSON.stringify({
          kind: 'DeleteOptions',
          apiVersion: 'v1',
          preconditions: uid === undefined && resourceVersion === undefined ? undefined : { uid, resourceVersion },
          propagationPolicy: propagation,
        });
        const answer = await caller.call({ title: `delete ${type.plural}/${name}`, method: 'DELETE', path, body }, name, signal);
        return answer.t === 'value';
      }),

    watch: <T extends KubeObject>(type: ResourceType<T>, options: WatchOptions) =>
      watch<T>(caller, counter, type, toPath(type, { namespace: inNamespace(options.namespace) }), options),

    [Symbol.asyncDispose]: () => {
      connection[Symbol.dispose]();
      return Promise.resolve();
    },
  };
}

async function* watch<T extends KubeObject>(
  caller: Caller,
  counter: RequestCounter,
  { plural }: ResourceType<T>,
  place: string,
  { resourceVersion, labelSelector, fieldSelector, silentMs, signal }: WatchOptions,
): AsyncGenerator<WatchEvent<T>> {
  const timeoutSeconds = toLimitValues(kubeLimits).watchMs / 1000;
  const query = { watch: true, resourceVersion, allowWatchBookmarks: true, timeoutSeconds, labelSelector, fieldSelector };
  const title = `watch ${plural}`;
  try {
    yield* readEvents<T>(title, caller.stream({ title, method: 'GET', path: place + toQuery(query) }, silentMs, signal));
    counter.ended('watch', plural, 'ok');
  } catch (error) {
    counter.ended('watch', plural, InterceptError.from(error).code);
    if (!signal.aborted) throw error;
  }
}

function toValue(answer: Answer): unknown {
  if (answer.t === 'absent') throw answer.failure;
  return answer.value;
}

function toWriteQuery({ dryRun, fieldManager: manager }: WriteOptions, force?: boolean): string {
  return toQuery({ dryRun: dryRun === true ? 'All' : undefined, fieldManager: manager, force: force === true ? true : undefined });
}

function toPatchBody(patch: Patch): object {
  switch (patch.t) {
    case 'json':
      return patch.operations;
    case 'merge':
      return patch.change;
    case 'apply':
      return patch.object;
  }
}

/** Lists of built-in types leave out what type their items are. */
function toList({ group, version, kind }: ResourceType, value: unknown): object {
  const { metadata, items } = value as {
    readonly metadata: { readonly resourceVersion: string };
    readonly items: readonly object[] | null;
  };
  const apiVersion = group === '' ? version : `${group}/${version}`;
  return { resourceVersion: metadata.resourceVersion, items: (items ?? []).map((item) => ({ apiVersion, kind, ...item })) };
}
