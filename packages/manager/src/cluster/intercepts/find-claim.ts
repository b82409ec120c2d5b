import type { InterceptId, InterceptSpec } from '@switchyard/contract';
import {
  intercepts as interceptType,
  type Collection,
  type Intercept as InterceptObject,
  type KubeClient,
  type Service,
} from '@switchyard/kube';
import type { AgentSession } from '../../registry/intercept.ts';
import { holdsKey, toForeign, toObjectName, toUnknown } from './admit.ts';
import type { ClaimReader } from './claim-reader.ts';
import type { Claim } from './claim.ts';
import type { Lookups } from './lookups.ts';
import type { RecentEndings } from './recent-endings.ts';

/** Where claims are looked for. */
export interface FindClaimDeps {
  readonly client: KubeClient;
  readonly intercepts: Collection<InterceptObject>;
  readonly services: Collection<Service>;
  readonly claims: ClaimReader;
  readonly lookups: Lookups;
  readonly endings: RecentEndings;
}

/**
 * What `spec` means, where `session` proved to hold its key. An object that was created or changed a moment ago may not have come by the
 * watch yet: where it is missing or has another key, the API server is asked. Rejects with `intercept_not_found`, `not_allowed`,
 * `bad_usage`, and as `KubeClient.get`.
 */
export async function findClaim(deps: FindClaimDeps, session: AgentSession, spec: InterceptSpec): Promise<Claim> {
  const id = toObjectName(spec, deps.services.get(spec.service));
  return findHeld(deps, session, id) ?? (await deps.lookups.run(session, () => lookUp(deps, session, id)));
}

function findHeld({ claims }: FindClaimDeps, session: AgentSession, id: InterceptId): Claim | undefined {
  const known = claims.get(id);
  return known !== undefined && holdsKey(session, known) ? known : undefined;
}

async function lookUp(deps: FindClaimDeps, session: AgentSession, id: InterceptId): Promise<Claim> {
  // It may have come while others were asked about.
  const known = findHeld(deps, session, id);
  if (known !== undefined) return known;
  const { client, intercepts, claims } = deps;
  const object = await client.get(interceptType, id);
  if (object !== undefined) intercepts.learn(object);
  // The collection decides: the object may be gone again by now.
  const claim = object && claims.get(id);
  if (claim === undefined) throw deps.endings.find(session, id) ?? toUnknown(id);
  if (!holdsKey(session, claim)) throw toForeign(id);
  return claim;
}
