import type { Log } from '@switchyard/contract';
import type { Collection, InterceptPolicy } from '@switchyard/kube';
import { dependsOnTime, judgePolicies, readPolicy, type Policy, type Ruling } from '@switchyard/policy';
import type { Claim } from '../intercepts/claim.ts';
import { toQuestion } from './claim-question.ts';

/** The policies of the namespace, and what they say of claims. */
export interface PolicyBook {
  /** As they are now; the same list until one changes. */
  all(): readonly Policy[];
  /** What they say of `claim`, but for how many there are. */
  rulingOf(claim: Claim, nowMs: number): Ruling;
  /** When time alone may change what they say, epoch milliseconds: schedules have whole minutes. `Infinity` where it cannot. */
  nextChangeMs(nowMs: number): number;
}

/** Reads each object once; a policy that makes no sense grants nothing, and is told of in the log. */
export function createPolicyBook(collection: Collection<InterceptPolicy>, log: Log): PolicyBook {
  const read = new WeakMap<InterceptPolicy, Policy>();
  const toPolicy = (object: InterceptPolicy): Policy => {
    const known = read.get(object);
    if (known !== undefined) return known;
    const policy = readPolicy(object.metadata.name, object.spec);
    if (policy.t === 'broken') log.warn('policy_broken', { policy: policy.name, reason: policy.mistake });
    read.set(object, policy);
    return policy;
  };

  let seen:
    | { readonly of: ReadonlyMap<string, InterceptPolicy>; readonly policies: readonly Policy[]; readonly timed: boolean }
    | undefined;
  /** Of policies that do not look at the time: what they say stays so, as a claim that changes is another one. */
  let rulings = new WeakMap<Claim, Ruling>();
  const look = (): NonNullable<typeof seen> => {
    if (seen?.of === collection.objects) return seen;
    const policies = [...collection.objects.values()].map(toPolicy);
    rulings = new WeakMap();
    seen = { of: collection.objects, policies, timed: dependsOnTime(policies) };
    return seen;
  };

  return {
    all: () => look().policies,
    rulingOf(claim, nowMs) {
      const { policies, timed } = look();
      const known = timed ? undefined : rulings.get(claim);
      if (known !== undefined) return known;
      const ruling = judgePolicies(policies, toQuestion(claim, new Date(nowMs)));
      rulings.set(claim, ruling);
      return ruling;
    },
    nextChangeMs: (nowMs) => (look().timed ? (Math.floor(nowMs / minuteMs) + 1) * minuteMs : Infinity),
  };
}

const minuteMs = 60_000;
