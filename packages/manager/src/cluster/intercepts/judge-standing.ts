import type { Address } from '@switchyard/config';
import type { InterceptId } from '@switchyard/contract';
import type { AgentSession, LastSession } from '../../registry/intercept.ts';
import { findCondition, type Claim } from './claim.ts';

/** What this manager itself knows of an intercept's session. All times are epoch milliseconds. */
export type SessionLink =
  | {
      readonly t: 'live';
      readonly id: InterceptId;
      readonly session: AgentSession;
      /** Where it is dialled past the session. */
      readonly direct: Address | undefined;
      readonly sinceMs: number;
      readonly word: SessionWord;
    }
  /** It was lost here; `reported`: the object said so, so that a session that it has since is another manager's. */
  | { readonly t: 'lost'; readonly last: LastSession | undefined; readonly sinceMs: number; readonly reported: boolean }
  /** It came, and may not be dialled directly. */
  | { readonly t: 'refused'; readonly message: string; readonly sinceMs: number };

/**
 * Whether the object says that the session is here. `yielded`: it said so, and now names another manager, where the agent went: what is left
 * of the session here counts no more, unless that one says that it lost it.
 */
export type SessionWord = 'unsaid' | 'said' | 'yielded';

/** Where the session of an intercept stands, as far as this manager can know. */
export type Standing =
  | Extract<SessionLink, { t: 'live' }>
  | Extract<SessionLink, { t: 'refused' }>
  /** It never had one. */
  | { readonly t: 'new'; readonly sinceMs: number }
  /** Its session is lost. */
  | { readonly t: 'away'; readonly last: LastSession | undefined; readonly sinceMs: number }
  /** Another manager has it: the pod `router`, where the object names one. `sinceMs`: since when it may be on its way here. */
  | { readonly t: 'elsewhere'; readonly router: string | undefined; readonly sinceMs: number };

/** What happened to managers, epoch milliseconds. */
export interface ManagerTimes {
  /** When this one began to work: nobody could come back to it before. */
  readonly startedMs: number;
  /** When a manager beside this one last began to stop; `startedMs` where none did. */
  readonly peerLeftMs: number;
}

/** Where the session of `claim` stands: what this manager knows itself, else what the object says. */
export function judgeStanding(claim: Claim, link: SessionLink | undefined, { startedMs, peerLeftMs }: ManagerTimes): Standing {
  if (link !== undefined && !hasYielded(link)) return link.t === 'lost' ? { t: 'away', last: link.last, sinceMs: link.sinceMs } : link;
  const condition = findCondition(claim, 'SessionReady');
  const written = condition === undefined ? Number.NaN : Date.parse(condition.lastTransitionTime);
  const sinceMs = Math.max(Number.isNaN(written) ? claim.createdAtMs : written, startedMs);
  if (condition?.status === 'True') return { t: 'elsewhere', router: claim.object.status?.router, sinceMs: peerLeftMs };
  switch (condition?.reason) {
    case 'SessionLost':
      return { t: 'away', last: undefined, sinceMs };
    case 'TargetRefused':
      return { t: 'refused', message: condition?.message ?? '', sinceMs };
    default:
      return { t: 'new', sinceMs };
  }
}

/** Whether the agent behind `link` has gone over to another manager. */
export function hasYielded(link: SessionLink): boolean {
  return link.t === 'live' && link.word === 'yielded';
}
