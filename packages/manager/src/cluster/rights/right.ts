import { InterceptError } from '@switchyard/contract';
import type { Claim } from '../intercepts/claim.ts';
import type { Verdict } from '../intercepts/verdict.ts';

/** Whether the owner of an intercept may intercept its service, as far as that is known. */
export type Right =
  | 'granted'
  | 'lost'
  /** Nobody has asked yet. */
  | 'unknown'
  /** The object names no groups, and without any the owner never had the right: it may come from a group. */
  | 'unverifiable';

/** A right that intercepts stand on: one for all of an owner's at a service. */
export type RightHolder = Pick<Claim, 'owner' | 'groups' | 'service'>;

/** Tells rights apart. */
export function toRightKey({ owner, groups, service }: RightHolder): string {
  return JSON.stringify([service, owner, groups?.toSorted()]);
}

/** What is known of a right after the API server answered `isAllowed`. */
export function judgeAnswer({ groups }: RightHolder, isAllowed: boolean, before: Right): Right {
  if (isAllowed) return 'granted';
  const wasSeen = before === 'granted' || before === 'lost';
  return groups === undefined && !wasSeen ? 'unverifiable' : 'lost';
}

/** What an owner reads who has no right any more. */
export function toRightLost({ owner, service }: RightHolder): Verdict {
  return { holds: false, reason: 'RightLost', message: `${owner} may not intercept the service ${service} any more.` };
}

/** What stands for the verdict until the right was looked up. */
export function toRightUnknown({ owner, service }: RightHolder): Verdict {
  return { holds: false, reason: 'NotAccepted', message: `Whether ${owner} may intercept the service ${service} is being looked up.` };
}

/** What who renews an intercept learns whose owner's right cannot be looked up: it has no more than its first lifetime. */
export function toUnverifiable({ owner, service }: RightHolder): InterceptError {
  return new InterceptError(
    'not_allowed',
    `Whether ${owner} may still intercept the service ${service} cannot be looked up: the intercept says none of their groups.`,
    {
      hint: 'Start it again, with an `intercept` of this version.',
    },
  );
}
