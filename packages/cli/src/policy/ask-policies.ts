import type { InterceptSpec, Principal } from '@switchyard/contract';
import { admit, judgePolicies, type Counts, type Policy, type PolicyQuestion, type Verdict } from '@switchyard/policy';

/** An intercept that somebody wants, as policies are asked about it. */
export interface Wish extends Pick<InterceptSpec, 'service' | 'port' | 'key' | 'match' | 'lifetimeMs'> {
  readonly person: Principal;
  readonly target: PolicyQuestion['asked']['target'];
  readonly at: Date;
  readonly approved: boolean;
  /** How many intercepts come before it. */
  readonly before: Counts;
}

/** What `policies`, all those of a namespace, say of it: the same as its manager would. */
export function askPolicies(policies: readonly Policy[], wish: Wish): Verdict {
  const { person, at, approved, before, port = '', ...asked } = wish;
  const question = { asked: { ...asked, port }, person, circumstances: { at, approved } };
  return admit(judgePolicies(policies, question), question, before);
}
