import type { Drain, LeaseHolder } from '@switchyard/kube';
import type { StandDown } from './stand-down.ts';

type Leading = Pick<LeaseHolder, 'leading'>;
type Standing = Pick<StandDown, 'isAsked' | 'drain'>;

/** What the Lease says, for those that are opened before it is. */
export interface Leadership {
  readonly isLeading: () => boolean;
  /** See `StandDown.isAsked`. */
  readonly isStandingDown: () => boolean;
  /** See `StandDown.drain`. */
  readonly drain: () => Drain | undefined;
  /** From now on these say it. */
  readonly follow: (lease: Leading, standDown: Standing) => void;
}

/** Until it follows a Lease, nobody leads and nothing stands down. */
export function createLeadership(): Leadership {
  let lease: Leading = { leading: false };
  let standing: Standing = { isAsked: false, drain: undefined };
  return {
    isLeading: () => lease.leading,
    isStandingDown: () => standing.isAsked,
    drain: () => standing.drain,
    follow: (newLease, newStanding) => {
      lease = newLease;
      standing = newStanding;
    },
  };
}
