import { silentAudit, toLimitValues } from '@switchyard/contract';
import { managerName, openLease, type KubeClient } from '@switchyard/kube';
import { allowsBehindNetworkPolicy } from '@switchyard/policy';
import { openRouter } from '@switchyard/router';
import { toAbortError } from '@switchyard/runtime';
import { auditTurnedAway } from '../audit/audit-sessions.ts';
import { openApiServer } from '../api/open-api-server.ts';
import type { Manager, ManagerDeps } from '../app.ts';
import { toUrl, type ClusterConfig } from '../config/manager-config.ts';
import { createSocketDialer } from '../dialer/socket-dialer.ts';
import { EventLog } from '../events/event-log.ts';
import { openHealthServer } from '../health/health-server.ts';
import { fixedManagerLimits, serviceLimits } from '../limits.ts';
import { countIntercepts } from '../registry/intercept-metrics.ts';
import type { InterceptKeeper } from './intercepts/intercept-keeper.ts';
import { createPolicyBook } from './policies/policy-book.ts';
import { openCallers } from './acting/open-callers.ts';
import { toServiceNames } from './acting/service-names.ts';
import { drainManager } from './drain-manager.ts';
import { openCollections } from './open-collections.ts';
import { openIntercepts } from './open-intercepts.ts';
import { openPeers } from './peers/open-peers.ts';
import { createLeadership } from './services/leadership.ts';
import { PortOpener } from './services/port-opener.ts';
import { RoutingPublisher } from './services/routing-publisher.ts';
import { SharedReports } from './services/shared-reports.ts';
import { openServiceKeeper } from './services/service-keeper.ts';
import { watchStandDown } from './services/stand-down.ts';
import { untilHolds } from './until-holds.ts';

/** What a manager in a cluster works with. */
export interface ClusterManagerDeps extends ManagerDeps {
  /** Leads to the namespace that the manager serves. The caller disposes it, after the manager. */
  readonly client: KubeClient;
  /** Unique among the managers of the namespace: the pod's name. */
  readonly identity: string;
  /** The pod's own address. */
  readonly podAddress: string;
  /** Ends the wait for the cluster while the manager opens. */
  readonly signal: AbortSignal;
}

/** A manager that serves the Services of its namespace. */
export type ClusterManager = Omit<Manager, 'ports'>;

/**
 * Opens the manager of a namespace. It listens for probes at once and resolves when it knows all objects and serves every service that is
 * taken over; until then it waits for the API server, however long that takes. Later on, while the API server is away, everything goes on
 * as it was last seen. Rejects with `port_in_use`, `bad_config`, `canceled`, and what no wait heals: `not_allowed`, `cluster_not_found`,
 * `not_signed_in`.
 */
export async function openClusterManager(config: ClusterConfig, deps: ClusterManagerDeps): Promise<ClusterManager> {
  await using opened = new AsyncDisposableStack();
  const { clock, log, metrics, client } = deps;
  let unready: string | undefined = 'waiting for the Kubernetes API';
  const health = opened.use(await openHealthServer({ metrics, unreadyReason: () => unready }, config.health));

  const collections = openCollections(deps, opened);
  const routing = opened.use(
    new RoutingPublisher({ services: collections.services, update: (snapshot) => router.update(snapshot) }, config.routing),
  );
  // The Lease is opened when the cluster is known.
  const { isLeading, isStandingDown, drain, follow } = createLeadership();
  const policyBook = createPolicyBook(collections.policies, log);
  const mayBypass = (service: string): boolean => allowsBehindNetworkPolicy(policyBook.all(), service);
  const { audit = silentAudit, identity } = deps;
  const events = new EventLog(clock, fixedManagerLimits.keptEvents.value);
  const intercepts: InterceptKeeper = openIntercepts(
    {
      ...deps,
      ...collections,
      audit,
      events,
      isLeading,
      isStandingDown,
      mayBypass,
      policyBook,
      drain,
      usage: () => router.usage,
      publish: (rules) => routing.publish(rules),
      onEnd: countIntercepts(metrics, () => intercepts.list()),
    },
    config,
    opened,
  );
  const router = opened.use(openRouter({ ...deps, dialer: createSocketDialer(deps, intercepts, config.limits) }));
  await orAbort(Promise.all([intercepts.synced, collections.endpointSlices.synced]), deps.signal);

  unready = 'opening the ports of routed services';
  routing.follow();
  const { bindRetryMs, releaseGraceMs } = toLimitValues(serviceLimits);
  const ports = opened.use(
    new PortOpener({ ...collections, clock, log, router }, { host: config.listen.host, bindRetryMs, releaseGraceMs }),
  );
  if (!(await untilHolds(ports, () => ports.unopened === undefined, deps.signal))) throw toAbortError(deps.signal);

  const routers = opened.use(new SharedReports({ ...deps, ...collections, own: ports, isLeading }));
  const onChange = (): void => {
    services.wake();
    routers.tell();
    intercepts.reconsider();
  };
  const lease = opened.use(openLease(deps, { name: managerName, identity, onChange }));
  follow(lease, opened.use(watchStandDown({ ...deps, isLeading, namespace: client.namespace }, lease, onChange)));
  const services = opened.use(
    openServiceKeeper({ ...deps, ...collections, routers, wanted: () => intercepts.wanted, mayBypass, isStandingDown, isLeading }),
  );
  opened.defer(intercepts.onWantedChange(services.wake));
  opened.defer(collections.policies.onChange(services.wake));

  const snapshot = () => routing.snapshot;
  const callers = await openCallers({ ...deps, ...collections, audit, keeper: intercepts, events, snapshot }, config);
  const hosts = [...config.api.hosts, ...toServiceNames(client.namespace)];
  const tunnel = opened.use(
    await openApiServer(deps, { ...config, api: { hosts } }, { proof: 'key', onTurnedAway: auditTurnedAway(audit), ...callers }),
  );
  const peers = opened.use(await openPeers({ ...deps, ...collections }, intercepts, config.peers));
  unready = undefined;
  log.info('ready', {
    api: tunnel.url,
    peers: toUrl(config.peers.listen.host, peers.port),
    health: toUrl(config.health.host, health.port),
    namespace: client.namespace,
  });

  const beUnready = (): void => void (unready = 'draining');
  const stopping = { clock, collections, identity, services, lease, keeper: intercepts, tunnel, router, ports, beUnready };
  const owned = opened.move();
  return {
    apiPort: tunnel.port,
    healthPort: health.port,
    drain: () => drainManager(stopping, config.limits),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** As `promise`, but rejects as soon as `signal` is aborted. */
async function orAbort(promise: Promise<unknown>, signal: AbortSignal): Promise<void> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(toAbortError(signal));
  signal.addEventListener('abort', onAbort);
  if (signal.aborted) onAbort();
  try {
    await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
