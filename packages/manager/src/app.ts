import { silentAudit, toLimitValues, type Audit, type Clock, type Log } from '@switchyard/contract';
import { createSnapshot, reportRoute, type Rule } from '@switchyard/route';
import { openRouter } from '@switchyard/router';
import type { RenderedMetrics } from '@switchyard/runtime';
import { protocolVersions, type Hello } from '@switchyard/tunnel';
import { auditCaller, auditSessions, auditTurnedAway, type AuditIdentity } from './audit/audit-sessions.ts';
import { createRegistryTrail } from './audit/registry-trail.ts';
import { createAcceptSession, type Identity } from './api/accept-session.ts';
import { createManagerApi } from './api/manager-api.ts';
import { openApiServer } from './api/open-api-server.ts';
import { createAuthenticator } from './auth/authenticator.ts';
import { createTokenBuckets } from './auth/token-buckets.ts';
import { isLoopback } from './config/loopback.ts';
import { toAddressText, toUrl, type ManagerConfig } from './config/manager-config.ts';
import { createSocketDialer } from './dialer/socket-dialer.ts';
import { EventLog, type Tell } from './events/event-log.ts';
import { createEventStreams } from './events/event-streams.ts';
import { tellSessions } from './events/tell-sessions.ts';
import { openHealthServer } from './health/health-server.ts';
import { fixedManagerLimits } from './limits.ts';
import { createCatalog } from './registry/catalog.ts';
import { countIntercepts } from './registry/intercept-metrics.ts';
import { Registry } from './registry/registry.ts';
import { listenToServices, toRouteOptions } from './static-services.ts';
import { version } from './version.ts';

/** What a manager works with. */
export interface ManagerDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: RenderedMetrics;
  /** Where audit records go. Default: nowhere. */
  readonly audit?: Audit | undefined;
}

/** A running manager. Dispose ends everything at once. */
export interface Manager extends AsyncDisposable {
  /** The port of the tunnel and the API. */
  readonly apiPort: number;
  readonly healthPort: number;
  /** The port number where callers reach the port `port` of a service. Throws `service_not_found`. */
  ports(service: string, port: string): number;
  /** Tells the agents to go and lets exchanges come to their end, at most for the configured grace. Not ready any more from then on. */
  drain(): Promise<void>;
}

/**
 * Opens a manager in standalone mode: the services of `config`, the tunnel, the API and the health listener. Rejects with `port_in_use` or
 * `bad_config`, and then nothing is left open.
 */
export async function openManager(config: ManagerConfig, deps: ManagerDeps): Promise<Manager> {
  await using opened = new AsyncDisposableStack();
  const { clock, log, metrics } = deps;
  const limits = toLimitValues(fixedManagerLimits);
  let unready: string | undefined = 'starting';
  const health = opened.use(await openHealthServer({ metrics, unreadyReason: () => unready }, config.health));

  const routeOptions = toRouteOptions(config);
  let snapshot = createSnapshot([], routeOptions);
  const publish = (rules: readonly Rule[]): void => {
    snapshot = createSnapshot(rules, routeOptions);
    router.update(snapshot);
  };
  const events = new EventLog(clock, limits.keptEvents);
  const audit = deps.audit ?? silentAudit;
  const trail = createRegistryTrail({
    audit,
    find: (id) => registry.get(id),
    usage: () => router.usage,
    proven: config.auth.mode !== 'none',
  });
  const tell: Tell = (news) => {
    events.tell(news);
    trail(news);
  };
  const registry: Registry = opened.use(createRegistry(config, deps, { publish, tell }));
  // No load balancer goes on sending to a standalone manager that stops: it ends accepting at once.
  const router = opened.use(
    openRouter({ ...deps, dialer: createSocketDialer(deps, registry, config.limits) }, { drainAcceptMs: 0, drainIdleMs: 0 }),
  );
  publish([]);
  const services = await listenToServices(router, config.services, log);

  const authenticate = createAuthenticator(config.auth);
  const catalog = createCatalog(config.services);
  const info = { version, protocol: protocolVersions, auth: config.auth.mode, policy: config.policy };
  const api = createManagerApi({
    clock,
    authenticate,
    buckets: createTokenBuckets(clock, { burst: limits.apiCallBurst, perSecond: limits.apiCallsPerSecond, holders: limits.apiCallers }),
    registry,
    events: createEventStreams(events, limits),
    info,
    listServices: services.list,
    onRefused: auditCaller(audit),
    explain: (question) => reportRoute(snapshot, catalog.locate(question.service, question.port).port, question),
  });
  const identify = (hello: Hello): Identity => ({ owner: authenticate(hello) });
  const accept = createAcceptSession({ log, identify, intercepts: registry, ...config.limits });
  const whoIs = (hello: Hello): AuditIdentity => ({ user: authenticate(hello), proven: config.auth.mode !== 'none' });
  const tunnel = opened.use(
    await openApiServer(deps, config, {
      accept: auditSessions(tellSessions(accept, authenticate, events.tell), whoIs, audit),
      onTurnedAway: auditTurnedAway(audit),
      api,
    }),
  );
  if (config.auth.mode === 'token' && config.tls === 'elsewhere' && !isLoopback(config.listen.host))
    log.warn('tokens_cross_in_clear', { listen: toAddressText(config.listen) });
  unready = undefined;
  log.info('ready', { api: tunnel.url, health: toUrl(config.health.host, health.port) });

  const owned = opened.move();
  return {
    apiPort: tunnel.port,
    healthPort: health.port,
    ports: services.portOf,
    async drain() {
      unready = 'draining';
      tunnel.drain();
      await router.drain(config.limits.drainGraceMs);
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function createRegistry(
  { services, policy, limits }: ManagerConfig,
  deps: ManagerDeps,
  { publish, tell }: { readonly publish: (rules: readonly Rule[]) => void; readonly tell: Tell },
): Registry {
  const { clock, log, metrics } = deps;
  const onEnd = countIntercepts(metrics, () => registry.list());
  const registry = new Registry({ clock, log, catalog: createCatalog(services), policy, publish, onEnd, tell }, limits);
  return registry;
}
