import { InterceptError, type Clock, type InterceptId, type InterceptSpec } from '@switchyard/contract';
import {
  createInterceptObject,
  intercepts as interceptType,
  putNamedFirst,
  type Collection,
  type Intercept,
  type KubeClient,
  type NamedGroups,
} from '@switchyard/kube';
import type { ProvenUser } from '../../auth/proven-user.ts';
import type { AgentSession } from '../../registry/intercept.ts';
import type { ReviewAccess } from '../rights/review-access.ts';
import { checkGroups } from './check-groups.ts';

/** What intercepts are made with for users who have no way to the API server. */
export interface CreateForUserDeps {
  readonly clock: Pick<Clock, 'date'>;
  readonly client: KubeClient;
  readonly intercepts: Collection<Intercept>;
  readonly review: ReviewAccess;
  /** As the policies are now. */
  readonly namedGroups: () => NamedGroups;
}

/** An agent whose token proved a user. */
export interface UserSession extends AgentSession {
  readonly user: ProvenUser;
}

/**
 * Creates the object `id` for the user of `session`, as they would with a kubeconfig: the API server is asked whether they may. An own
 * object of that name whose session is lost makes room. Rejects with `not_signed_in` where the proof has ended, `not_allowed`,
 * `route_conflict` where the name is taken, and as `KubeClient`.
 */
export async function createForUser(
  { clock, client, intercepts, review, namedGroups }: CreateForUserDeps,
  session: UserSession,
  id: InterceptId,
  spec: InterceptSpec & { readonly port: string },
): Promise<Intercept> {
  const { user, actor, client: machine, publicKey = '' } = session;
  refuseExpired(clock, user);
  const [mayCreate, mayIntercept] = await Promise.all([
    review({ who: user, verb: 'create', resource: 'intercepts' }),
    review({ who: user, verb: 'intercept', resource: 'services', name: spec.service }),
  ]);
  if (!mayCreate) throw toDenied(user, 'create intercepts in this namespace');
  if (!mayIntercept) throw toDenied(user, `intercept the service ${spec.service}`);
  const named = namedGroups();
  const object = createInterceptObject(id, spec, { principal: putNamedFirst(user, named), actor, client: machine, publicKey });
  checkGroups(object, user, named);
  await makeRoom({ client, intercepts }, user, id);
  try {
    const created = await client.create(interceptType, object);
    intercepts.learn(created);
    return created;
  } catch (reason) {
    if (InterceptError.from(reason).code === 'cluster_conflict') throw toTaken(id);
    throw reason;
  }
}

/** Throws `not_signed_in` where a session has outlived the token that it began with. */
export function refuseExpired(clock: Pick<Clock, 'date'>, { expiresAt }: ProvenUser): void {
  if (clock.date() < expiresAt) return;
  throw new InterceptError('not_signed_in', 'The token that this session began with has expired.', {
    hint: 'Connect anew with a new one.',
  });
}

async function makeRoom(
  { client, intercepts }: Pick<CreateForUserDeps, 'client' | 'intercepts'>,
  user: ProvenUser,
  id: InterceptId,
): Promise<void> {
  const before = intercepts.objects.get(id);
  if (before === undefined) return;
  const isLive = before.status?.conditions?.some(({ type, status }) => type === 'SessionReady' && status === 'True') ?? false;
  if (before.spec.owner.user !== user.user || isLive) throw toTaken(id);
  const { uid, resourceVersion } = before.metadata;
  await client.delete(interceptType, id, { uid, resourceVersion });
}

function toDenied({ user }: ProvenUser, what: string): InterceptError {
  return new InterceptError('not_allowed', `${user} may not ${what}.`, { hint: 'Ask whoever administers the namespace for this right.' });
}

function toTaken(id: InterceptId): InterceptError {
  return new InterceptError('route_conflict', `The intercept ${id} exists already, with the session of another agent.`, {
    hint: 'Stop the other one, or use another key (--key).',
  });
}
