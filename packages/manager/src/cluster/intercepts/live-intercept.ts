import type { Clock, InterceptInfo, SessionId } from '@switchyard/contract';
import { toShownName } from '@switchyard/tunnel';
import { toInfo, toTitle, type AgentSession, type Intercept, type LastSession, type Link } from '../../registry/intercept.ts';
import type { Claim } from './claim.ts';
import { toAnnounced } from './judge-closing.ts';
import type { Judgement } from './judge-intercepts.ts';
import { toWaiting } from './waiting.ts';

/** Whether requests with the intercept's key are its own now. Before its first session the developer awaits none. */
export function isLive({ over, acceptance, standing }: Judgement): boolean {
  return over === undefined && acceptance.holds && standing.t !== 'new' && standing.t !== 'refused';
}

/** Whether the intercept keeps its key and its conditions from others. How many do, is bounded for each owner. */
export function isPlaced({ over, acceptance }: Judgement): boolean {
  return over === undefined && acceptance.placed === true;
}

/** An intercept that need not be live, as everybody may see it. Its session may be with another manager. */
export function toPlacedInfo(judgement: Judgement, clock: Clock): InterceptInfo {
  const { t } = judgement.standing;
  return { ...toInfo(toIntercept(judgement, clock)), session: t === 'live' || t === 'elsewhere' ? 'ready' : 'away' };
}

/** The intercept as the registry's users know it; `remote` leads to the manager that has its session, where another one has it. */
export function toIntercept(judgement: Judgement, clock: Clock, remote?: AgentSession): Intercept {
  const { claim, expiresAtMs, end } = judgement;
  const { id, service, port, key, match, sharedWith, joins, whenAway } = claim;
  return {
    id,
    title: toTitle(key, `${service}/${port}`),
    service,
    port,
    key,
    match,
    sharedWith: sharedWith.map(toShownName),
    joins,
    owner: toShownName(claim.owner),
    whenAway,
    createdAt: new Date(claim.createdAtMs),
    expiresAt: new Date(expiresAtMs),
    expiresAtMs: toMonotonic(expiresAtMs, clock),
    closing: toAnnounced(end),
    waiting: toWaiting(judgement, clock.date().getTime()),
    link: toLink(judgement, clock, remote),
  };
}

function toLink({ claim, standing, end }: Judgement, clock: Clock, remote: AgentSession | undefined): Link {
  if (standing.t === 'live') return { t: 'ready', session: standing.session, direct: standing.direct };
  if (remote !== undefined) return { t: 'ready', session: remote };
  const last = standing.t === 'away' ? standing.last : undefined;
  return {
    t: 'away',
    last: last ?? toUnknown(claim),
    since: new Date(standing.sinceMs),
    sinceMs: toMonotonic(standing.sinceMs, clock),
    until: new Date(end.atMs),
    untilMs: toMonotonic(end.atMs, clock),
  };
}

/** A session that another manager had, or this one before it was started again. */
function toUnknown({ client }: Claim): LastSession {
  return { id: 'unknown' as SessionId, client, instance: '' };
}

/** A moment of the wall clock on the monotonic scale. */
function toMonotonic(atMs: number, clock: Clock): number {
  return clock.now() + atMs - clock.date().getTime();
}
