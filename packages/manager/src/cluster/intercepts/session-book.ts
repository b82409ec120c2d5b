import type { AgentSession } from '../../registry/intercept.ts';
import { findCondition, type Claim } from './claim.ts';
import type { Ending } from './ending.ts';
import type { SessionLink } from './judge-standing.ts';

/** What the book looks at beside the claims. */
export interface BookContext {
  readonly nowMs: number;
  /** No other manager lives that could have a session. */
  readonly alone: boolean;
  /** Whether a write of the object is under way, so that what it says is not the last word. */
  readonly isBusy: (uid: string) => boolean;
}

/**
 * What this manager knows of sessions and cannot read from the objects. By the objects' uid: another object of the name is another
 * intercept.
 */
export class SessionBook {
  readonly #links: Map<string, SessionLink> = new Map();
  readonly #renewals: Map<string, number> = new Map();
  readonly #ended: Set<string> = new Set();

  get links(): ReadonlyMap<string, SessionLink> {
    return this.#links;
  }

  /** Renewals that the objects do not show yet: until when, epoch milliseconds. */
  get renewals(): ReadonlyMap<string, number> {
    return this.#renewals;
  }

  /** Those that ended here: by a goodbye, or deleted by this manager. */
  get ended(): ReadonlySet<string> {
    return this.#ended;
  }

  /** The intercept `uid` has this link from now on. A session that served it before is told. */
  put(uid: string, link: SessionLink): void {
    const before = this.#links.get(uid);
    if (before?.t === 'live' && !(link.t === 'live' && link.session === before.session)) tellEnd(before, { reason: 'replaced' });
    this.#links.set(uid, link);
  }

  /** The intercept `uid` is over: the session that serves it is told, and serves it no more. */
  close(uid: string, ending: Ending): void {
    const link = this.#links.get(uid);
    if (link?.t !== 'live') return;
    tellEnd(link, ending);
    this.#links.delete(uid);
  }

  /** The intercept `uid` lives until then: epoch milliseconds. */
  renew(uid: string, untilMs: number): void {
    this.#renewals.set(uid, untilMs);
  }

  /** The intercept `uid` has ended, whatever its object says until it is gone. */
  end(uid: string): void {
    this.#ended.add(uid);
    this.#links.delete(uid);
  }

  /** The uids of the intercepts that `session` serves. */
  servedBy(session: AgentSession): readonly string[] {
    return [...this.#links].filter(([, link]) => link.t === 'live' && link.session === session).map(([uid]) => uid);
  }

  /** The session of the intercept `uid` is lost. */
  lose(uid: string, sinceMs: number): void {
    const link = this.#links.get(uid);
    const last = link?.t === 'live' ? link.session : undefined;
    this.#links.set(uid, { t: 'lost', last, sinceMs, reported: false });
  }

  /** Brings the book up to date with `claims`, and tells sessions that serve an intercept no more. */
  follow(claims: readonly Claim[], context: BookContext): void {
    const byUid = new Map(claims.map((claim) => [claim.uid, claim]));
    for (const uid of this.#ended) if (!byUid.has(uid)) this.#ended.delete(uid);
    for (const [uid, untilMs] of this.#renewals) {
      const claim = byUid.get(uid);
      if (claim === undefined || Date.parse(claim.object.status?.expiresAt ?? '') === untilMs) this.#renewals.delete(uid);
    }
    for (const [uid, link] of this.#links) {
      if (byUid.has(uid)) continue;
      if (link.t === 'live') tellEnd(link, { reason: 'removed' });
      this.#links.delete(uid);
    }
    for (const claim of claims) this.#followOne(claim, context);
  }

  #followOne(claim: Claim, { nowMs, alone, isBusy }: BookContext): void {
    const link = this.#links.get(claim.uid);
    const condition = findCondition(claim, 'SessionReady');
    if (link === undefined) {
      // Who had the session is gone, this manager's former self perhaps; nobody else is left who could say so.
      if (alone && condition?.status === 'True' && !this.#ended.has(claim.uid)) this.lose(claim.uid, nowMs);
    } else if (link.t === 'live') {
      if (link.session.publicKey === claim.publicKey) return;
      tellEnd(link, { reason: 'replaced' });
      this.lose(claim.uid, nowMs);
    } else if (link.t === 'lost' && !isBusy(claim.uid)) {
      if (condition?.reason === 'SessionLost') this.#links.set(claim.uid, { ...link, reported: true });
      else if (condition?.status === 'True' && link.reported) this.#links.delete(claim.uid);
    }
  }
}

function tellEnd({ session, id }: Extract<SessionLink, { t: 'live' }>, { reason, message }: Ending): void {
  session.notify({ t: 'intercept_ended', id, reason, message });
}
