import { readFile } from 'node:fs/promises';
import { InterceptError, toLimitValues, type Audit, type Clock, type Log } from '@switchyard/contract';
import {
  findNamedGroups,
  type Collection,
  type Intercept,
  type InterceptPolicy,
  type KubeClient,
  type NamedGroups,
} from '@switchyard/kube';
import { reportRoute, type Snapshot } from '@switchyard/route';
import { protocolVersions, type AcceptSession, type Hello, type ManagerInfo } from '@switchyard/tunnel';
import { createAcceptSession } from '../../api/accept-session.ts';
import { closeEmptySessions } from '../../api/close-empty-sessions.ts';
import { createClusterApi } from '../../api/cluster-api.ts';
import type { FullApi } from '../../api/manager-api.ts';
import { auditCaller, auditSessions, type AuditIdentity } from '../../audit/audit-sessions.ts';
import { createKeyIdentity } from '../../auth/key-identity.ts';
import { createOidcIssuer, createOidcVerifier } from '../../auth/oidc-tokens.ts';
import { createUserVerifier, type VerifyUser } from '../../auth/proven-user.ts';
import { createClusterIssuer, createServiceAccountVerifier } from '../../auth/service-account-tokens.ts';
import { createSessionUsers } from '../../auth/session-users.ts';
import { createTokenBuckets } from '../../auth/token-buckets.ts';
import type { ClusterAuthConfig } from '../../config/auth-config.ts';
import type { ClusterConfig } from '../../config/manager-config.ts';
import type { EventLog } from '../../events/event-log.ts';
import { createEventStreams } from '../../events/event-streams.ts';
import { tellSessions } from '../../events/tell-sessions.ts';
import { fixedManagerLimits } from '../../limits.ts';
import { version } from '../../version.ts';
import type { InterceptKeeper } from '../intercepts/intercept-keeper.ts';
import { createAccessReviewer } from '../rights/review-access.ts';
import { createActingIntercepts } from './acting-intercepts.ts';
import { listServices, locatePort, type ServiceListDeps } from './service-list.ts';
import { createUserIntercepts } from './user-intercepts.ts';

/** What callers of a cluster's manager are served with. */
export interface CallersDeps extends ServiceListDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly client: KubeClient;
  readonly intercepts: Collection<Intercept>;
  readonly policies: Collection<InterceptPolicy>;
  readonly keeper: InterceptKeeper;
  readonly audit: Audit;
  /** What happens to intercepts is told there already. */
  readonly events: EventLog;
  /** What the router goes by now. */
  readonly snapshot: () => Snapshot;
}

/** Who may come, and what they may ask. */
export interface Callers {
  readonly accept: AcceptSession;
  readonly api: FullApi;
}

/** Learns who the callers of a manager are, by keys and tokens. Rejects with `bad_config` where the provider's authority cannot be read. */
export async function openCallers(deps: CallersDeps, config: Pick<ClusterConfig, 'auth' | 'limits'>): Promise<Callers> {
  const { clock, log, client, intercepts, keeper, audit, events } = deps;
  const limits = toLimitValues(fixedManagerLimits);
  const buckets = createTokenBuckets(clock, {
    burst: limits.apiCallBurst,
    perSecond: limits.apiCallsPerSecond,
    holders: limits.apiCallers,
  });
  const review = createAccessReviewer(client);
  const verifyUser = await openUserVerifier(deps, config.auth);

  const users = createSessionUsers(verifyUser);
  const identify = createKeyIdentity((key) => keeper.ownersOf(key), users.of);
  const whoIs = (hello: Hello): AuditIdentity => {
    const { owner, groups, isStranger = false } = identify(hello);
    return isStranger ? { user: hello.owner, proven: false } : { user: owner, proven: true, groups };
  };
  const namedGroups = (): NamedGroups => findNamedGroups([...deps.policies.objects.values()].flatMap(({ spec }) => spec.subjects));
  const ofUsers = { client, intercepts, namedGroups };
  const acting = createActingIntercepts(keeper, { ...ofUsers, clock, log, services: deps.services, review, buckets });
  const accept = closeEmptySessions(clock, createAcceptSession({ log, identify, intercepts: acting, ...config.limits }));
  return {
    accept: auditSessions(users.verify(tellSessions(accept, (hello) => identify(hello).owner, events.tell)), whoIs, audit),
    api: createClusterApi({
      clock,
      info: { version, protocol: protocolVersions, signIn: toSignIn(config.auth) },
      verifyUser,
      review,
      buckets,
      intercepts: createUserIntercepts({ ...ofUsers, keeper }),
      events: createEventStreams(events, limits),
      listServices: () => listServices(deps),
      explain: (question) => reportRoute(deps.snapshot(), locatePort(deps, question.service, question.port), question),
      onRefused: auditCaller(audit),
    }),
  };
}

/** Verifies tokens of the namespace's own ServiceAccounts at least. */
async function openUserVerifier(
  deps: Pick<CallersDeps, 'clock' | 'log' | 'client'>,
  { serviceAccounts: { audience, namespaces }, oidc }: ClusterAuthConfig,
): Promise<VerifyUser> {
  const terms = { audience, namespaces: [deps.client.namespace, ...namespaces] };
  const issuer = createClusterIssuer(deps);
  const cluster = { issuer, verify: createServiceAccountVerifier(deps.clock, issuer, terms) };
  if (oidc === undefined) return createUserVerifier(cluster, undefined);
  const authority = oidc.caFile === undefined ? undefined : await readAuthority(oidc.caFile);
  const verify = createOidcVerifier(deps.clock, createOidcIssuer(deps, oidc, authority), oidc);
  return createUserVerifier(cluster, { issuer: oidc.issuer, verify });
}

async function readAuthority(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new InterceptError('bad_config', `The authority of the OpenID provider cannot be read from ${path}.`, { cause });
  }
}

function toSignIn({ oidc }: ClusterAuthConfig): ManagerInfo['signIn'] {
  return oidc === undefined ? undefined : { issuer: oidc.issuer, clientId: oidc.clientId, scopes: oidc.scopes };
}
