import { InterceptError, parseRoutingKey, parseServiceName, type Clock } from '@switchyard/contract';
import { approvedAnnotation, fromMatchObject, interceptPolicies, intercepts, type Intercept, type KubeClient } from '@switchyard/kube';
import { readPolicy, type Counts, type Policy, type Refusal } from '@switchyard/policy';
import { askPolicies } from '../../policy/ask-policies.ts';
import { findCondition } from './intercept-object.ts';

/**
 * Asks the policies of the namespace about objects that are about to be written what its manager will ask them. Rejects with `not_allowed` or
 * `limit_reached` in the manager's words. Answers the sentence of a policy that wants an approval first. Where the person may not read
 * policies it is left to the manager, which has the last word.
 */
export async function checkPolicies(
  { client, clock }: { readonly client: KubeClient; readonly clock: Clock },
  asked: readonly Intercept[],
): Promise<readonly string[]> {
  const policies = await readPolicies(client);
  if (policies === undefined) return [];
  const { items } = await client.list(intercepts);
  return asked.flatMap((object, index) => {
    const { service, port, key, match, owner, lane, lifetimeSeconds } = object.spec;
    const verdict = askPolicies(policies, {
      service: parseServiceName(service),
      port,
      key: key === undefined ? undefined : parseRoutingKey(key),
      match: fromMatchObject(match) ?? [],
      lifetimeMs: lifetimeSeconds === undefined ? undefined : lifetimeSeconds * 1_000,
      person: { user: owner.user, groups: owner.groups ?? [] },
      target: lane === 'Direct' ? 'Pod' : 'Tunnel',
      at: clock.date(),
      approved: object.metadata.annotations?.[approvedAnnotation] !== undefined,
      before: countBefore([...items, ...asked.slice(0, index)], object),
    });
    if (verdict.allowed) return [];
    if (verdict.rule === 'approval') return [`${verdict.message} ${verdict.hint}`];
    throw toError(verdict);
  });
}

/** The policies of the namespace; undefined where the person may not read them. */
export async function readPolicies(client: KubeClient): Promise<readonly Policy[] | undefined> {
  try {
    return (await client.list(interceptPolicies)).items.map(({ metadata, spec }) => readPolicy(metadata.name, spec));
  } catch (reason) {
    if (reason instanceof InterceptError && reason.code === 'not_allowed') return undefined;
    throw reason;
  }
}

/** Those that are accepted, or about to be asked for, are older. */
function countBefore(others: readonly Intercept[], { metadata: { name }, spec }: Intercept): Counts {
  const older = others.filter(
    (other) => other.metadata.name !== name && (other.status === undefined || findCondition(other, 'Accepted')?.status !== 'False'),
  );
  return {
    user: older.filter((other) => other.spec.owner.user === spec.owner.user).length,
    service: older.filter((other) => other.spec.service === spec.service).length,
  };
}

function toError({ rule, message, hint }: Refusal): InterceptError {
  const isQuota = rule === 'interceptsPerUser' || rule === 'interceptsPerService';
  return new InterceptError(isQuota ? 'limit_reached' : 'not_allowed', message, { hint });
}
