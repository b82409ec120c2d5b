import type { AgentIntercept } from '@switchyard/agent';
import { InterceptError, parseRoutingKey, parseServiceName, toInterceptId } from '@switchyard/contract';
import { intercepts, type Intercept, type KubeClient } from '@switchyard/kube';
import { plainSpec } from '@switchyard/testkit';
import type { Ledger, Life } from './ledger.ts';
import { openLocalServer, type LocalServer } from './local-server.ts';
import type { User } from './user.ts';
import type { ObjectWatch } from './object-watch.ts';

/** Which intercepts a session is about. */
export interface SessionWish {
  readonly user: User;
  readonly key: string;
  readonly services: readonly string[];
  readonly lifetimeMs: number | undefined;
}

/** What claims need. */
export interface ClaimDeps {
  readonly ledger: Ledger;
  readonly objects: ObjectWatch;
}

/** One Intercept object of a session, and who answers for it. */
export interface Claim {
  readonly life: Life;
  readonly server: LocalServer;
  readonly intercept: AgentIntercept;
  /** Resolves when the object says that requests arrive. */
  readonly ready: Promise<void>;
  /** Deletes the object. */
  release(): Promise<void>;
}

/** Makes the object and its local service, and enters both into the ledger. Rejects as the API server does. */
export async function openClaim({ ledger, objects }: ClaimDeps, wish: SessionWish, service: string, publicKey: string): Promise<Claim> {
  const { user, key, lifetimeMs } = wish;
  const { client } = user;
  const askedAt = performance.now();
  const life = ledger.begin({ service, key, owner: user.name, askedAt });
  // It ends by itself; when exactly, the manager decides.
  if (lifetimeMs !== undefined) life.endingAt = askedAt + lifetimeMs - 1_000;
  await using server = new AsyncDisposableStack();
  const local = server.use(await openLocalServer(service, life.id));
  const { metadata } = await make(client, toObject(wish, service, publicKey)).catch((reason: unknown) => {
    life.endedAt = performance.now();
    throw reason;
  });
  server.move();
  const { name, uid = '' } = metadata;
  const ready = objects.follow(uid, life);
  // Whoever opens the session waits for it later, if it comes to that.
  ready.catch(() => {});
  return {
    life,
    server: local,
    intercept: {
      spec: { ...plainSpec, service: parseServiceName(service), key: parseRoutingKey(key), lifetimeMs },
      deliver: { host: '127.0.0.1', port: local.port },
    },
    ready,
    async release() {
      life.endingAt = Math.min(life.endingAt ?? Infinity, performance.now());
      await client.delete(intercepts, name, { uid }).catch(() => false);
    },
  };
}

/** Makes the object, or takes over what a crashed session of the same user left. */
async function make(client: KubeClient, wanted: Intercept): Promise<Intercept> {
  try {
    return await client.create(intercepts, wanted);
  } catch (reason) {
    if (!(reason instanceof InterceptError && reason.code === 'cluster_conflict')) throw reason;
    return client.patch(intercepts, wanted.metadata.name, {
      t: 'json',
      operations: [{ op: 'replace', path: '/spec', value: wanted.spec }],
    });
  }
}

function toObject({ user, key, lifetimeMs }: SessionWish, service: string, publicKey: string): Intercept {
  return {
    apiVersion: 'switchyard.dev/v1alpha1',
    kind: 'Intercept',
    metadata: { name: toInterceptId(parseServiceName(service), 'http', parseRoutingKey(key)) },
    spec: {
      service,
      port: 'http',
      key,
      owner: { user: user.name },
      client: 'churn',
      publicKey,
      whenAway: 'Fail',
      lane: 'Tunnel',
      ...(lifetimeMs === undefined ? {} : { lifetimeSeconds: lifetimeMs / 1_000 }),
    },
  };
}
