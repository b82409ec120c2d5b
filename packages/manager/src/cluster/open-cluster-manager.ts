import { silentAudit, silentLog, toLimitValues } from '@switchyard/contract';
import { managerName, openLease, type KubeClient, type LeaseHolder } from '@switchyard/kube';
import { allowsBehindNetworkPolicy } from '@switchyard/policy';
import type { Rule } from '@switchyard/route';
import { openRouter, routerLimits } from '@switchyard/router';
import { toAbortError } from '@switchyard/runtime';
import { auditTurnedAway } from '../audit/audit-sessions.ts';
import { openChronicle, type Chronicle } from '../audit/chronicle.ts';
import { openApiServer } from '../api/open-api-server.ts';
import type { Manager, ManagerDeps } from '../app.ts';
import { toUrl, type ClusterConfig } from '../config/manager-config.ts';
import { createSocketDialer } from '../dialer/socket-dialer.ts';
import { EventLog } from '../events/event-log.ts';
import { JudgementNews } from '../events/judgement-news.ts';
import { openHealthServer } from '../health/health-server.ts';
import { fixedManagerLimits, serviceLimits } from '../limits.ts';
import { countIntercepts } from '../registry/intercept-metrics.ts';
import type { InterceptKeeper } from './intercepts/intercept-keeper.ts';
import { openInterceptKeeper } from './intercepts/open-intercept-keeper.ts';
import { createPolicyBook } from './policies/policy-book.ts';
import { openCallers } from './acting/open-callers.ts';
import { toServiceNames } from './acting/service-names.ts';
import { openCollections } from './open-collections.ts';
import { createRemotes, openPeers } from './peers/open-peers.ts';
import { PortOpener } from './services/port-opener.ts';
import { RoutingPublisher } from './services/routing-publisher.ts';
import { SharedReports } from './services/shared-reports.ts';
import { openServiceKeeper } from './services/service-keeper.ts';
import { watchStandDown, type StandDown } from './services/stand-down.ts';
import { untilHolds } from './until-holds.ts';
import { untilMoved } from './until-moved.ts';
import { untilSucceeded } from './until-succeeded.ts';

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
  const { clock, log, metrics, client, podAddress } = deps;
  let unready: string | undefined = 'waiting for the Kubernetes API';
  const health = opened.use(await openHealthServer({ metrics, unreadyReason: () => unready }, config.health));

  const collections = openCollections(deps, opened);
  const routing = opened.use(
    new RoutingPublisher({ services: collections.services, update: (snapshot) => router.update(snapshot) }, config.routing),
  );
  const publish = (rules: readonly Rule[]): void => routing.publish(rules);
  const onEnd = countIntercepts(metrics, () => intercepts.list());
  // Nobody leads before the lease is opened, which is when the cluster is known.
  const led: { lease?: LeaseHolder; standDown?: StandDown } = {};
  const isLeading = (): boolean => led.lease?.leading === true;
  const isStandingDown = (): boolean => led.standDown?.isAsked === true;
  const policies = createPolicyBook(collections.policies, silentLog);
  const mayBypass = (service: string): boolean => allowsBehindNetworkPolicy(policies.all(), service);
  const drain = () => led.standDown?.drain;
  const { audit = silentAudit, identity } = deps;
  const { expiryWarningMs } = config.limits;
  const usage = () => router.usage;
  const chronicle = opened.use(openChronicle({ ...collections, clock, log, client, audit, isLeading, identity, expiryWarningMs, usage }));
  const events = new EventLog(clock, fixedManagerLimits.keptEvents.value);
  const news = new JudgementNews(clock, events.tell);
  const follow: Chronicle['follow'] = (judgements) => {
    chronicle.follow(judgements);
    news.follow(judgements);
  };
  const remotes = opened.use(createRemotes({ ...deps, ...collections }, config.peers));
  const intercepts: InterceptKeeper = opened.use(
    openInterceptKeeper(
      {
        ...collections,
        clock,
        log,
        client,
        isLeading,
        isStandingDown,
        mayBypass,
        drain,
        usage,
        publish,
        onEnd,
        chronicle: { ...chronicle, follow },
        podAddress,
        identity,
        remotes,
      },
      config.limits,
    ),
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

  const { identity: self } = deps;
  const routers = opened.use(new SharedReports({ ...collections, clock, log, client, own: ports, identity: self, isLeading }));
  const onChange = (): void => {
    services.wake();
    routers.tell();
    intercepts.reconsider();
  };
  const lease = opened.use(openLease(deps, { name: managerName, identity: deps.identity, onChange }));
  led.lease = lease;
  led.standDown = opened.use(watchStandDown(deps, lease, onChange));
  const wanted = () => intercepts.wanted;
  const services = opened.use(
    openServiceKeeper({ ...collections, clock, log, metrics, client, routers, wanted, mayBypass, isStandingDown, isLeading }),
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

  const owned = opened.move();
  return {
    apiPort: tunnel.port,
    healthPort: health.port,
    async drain() {
      // Another manager may lead at once; what is under way here would only disturb it.
      services[Symbol.dispose]();
      void lease.release();
      // Its sessions go over to the next manager, which says where they are.
      intercepts.retire();
      tunnel.drain();
      // Whoever comes next may have an image to pull: until then callers have nobody else.
      const { drainGraceMs } = config.limits;
      const mostMs = Math.min(fixedManagerLimits.successorMs.value, drainGraceMs);
      if (router.ports().length > 0) await untilSucceeded({ clock, pods: collections.pods }, mostMs);
      // kube-proxy sends to a pod that stops, and is ready, where no other one is: for whatever service, those that the next leader takes over
      // meanwhile among them. It has to know better before nothing is accepted any more.
      const acceptMs = routerLimits.drainAcceptMs.value;
      const beUnready = (): void => void (unready = 'draining');
      const timers = [
        clock.after(acceptMs - fixedManagerLimits.drainUnreadyMs.value, beUnready),
        clock.after(acceptMs, () => ports[Symbol.dispose]()),
      ];
      await Promise.all([router.drain(drainGraceMs), untilMoved({ clock, ...collections }, self, drainGraceMs)]);
      for (const timer of timers) timer.cancel();
      beUnready();
      await lease.release();
    },
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
