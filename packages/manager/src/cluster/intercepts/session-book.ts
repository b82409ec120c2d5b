import type { AgentSession } from '../../registry/intercept.ts';
import { findCondition, type Claim } from './claim.ts';
import type { Ending } from './ending.ts';
import { hasYielded, type SessionLink, type SessionWord } from './judge-standing.ts';
import type { Peers } from './peers.ts';

/** What the book looks at beside the claims. */
export interface BookContext {
  readonly nowMs: number;
  /** The pod of this manager. */
  readonly self: string;
  readonly peers: Pick<Peers, 'alone' | 'running'>;
  readonly leading: boolean;
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

  /** The object `uid` shows the renewal to `untilMs`, as far as that is granted by now. */
  shown(uid: string, untilMs: number): void {
    if (this.#renewals.get(uid) === untilMs) this.#renewals.delete(uid);
  }

  /** The intercept `uid` has ended, whatever its object says until it is gone. */
  end(uid: string): void {
    this.#ended.add(uid);
    this.#links.delete(uid);
  }

  /** What this manager has to say about the session of the intercept `uid`. */
  voiceOf(uid: string): SessionLink | undefined {
    const link = this.#links.get(uid);
    return link === undefined || hasYielded(link) ? undefined : link;
  }

  /** The agent of the intercept `uid` said goodbye here: it ends, unless the agent has gone over to another manager before. */
  leave(uid: string): void {
    if (!this.#dropYielded(uid)) this.end(uid);
  }

  /** The uids of the intercepts that `session` serves. */
  servedBy(session: AgentSession): readonly string[] {
    return [...this.#links].filter(([, link]) => link.t === 'live' && link.session === session).map(([uid]) => uid);
  }

  /** The session of the intercept `uid` is lost. */
  lose(uid: string, sinceMs: number): void {
    if (this.#dropYielded(uid)) return;
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

  #followOne(claim: Claim, context: BookContext): void {
    const link = this.#links.get(claim.uid);
    const condition = findCondition(claim, 'SessionReady');
    const isReady = condition?.status === 'True';
    if (link === undefined) {
      if (isReady && !this.#ended.has(claim.uid) && isOrphan(claim, context)) this.lose(claim.uid, context.nowMs);
    } else if (link.t === 'live') {
      if (link.session.publicKey === claim.publicKey) return this.#hear(claim.uid, link, toWord(claim, link, context, isReady));
      tellEnd(link, { reason: 'replaced' });
      this.lose(claim.uid, context.nowMs);
    } else if (link.t === 'lost' && !context.isBusy(claim.uid)) {
      if (condition?.reason === 'SessionLost') this.#links.set(claim.uid, { ...link, reported: true });
      else if (isReady && (link.reported || isElsewhere(claim, context))) this.#links.delete(claim.uid);
    }
  }

  #hear(uid: string, link: LiveLink, word: SessionWord): void {
    if (word !== link.word) this.#links.set(uid, { ...link, word });
  }

  #dropYielded(uid: string): boolean {
    const link = this.#links.get(uid);
    return link !== undefined && hasYielded(link) && this.#links.delete(uid);
  }
}

type LiveLink = Extract<SessionLink, { t: 'live' }>;

/**
 * Whether who had the session is gone, this manager's former self perhaps. Of several that see it one says so, the leader; where no name was
 * written, nobody knows before all others are gone.
 */
function isOrphan({ object }: Claim, { self, peers, leading }: BookContext): boolean {
  const router = object.status?.router;
  if (router === undefined) return peers.alone;
  return router === self || (!peers.running.has(router) && (leading || peers.alone));
}

/** Whether the object names another manager that lives. */
function isElsewhere({ object }: Claim, { self, peers }: BookContext): boolean {
  const router = object.status?.router;
  return router !== undefined && router !== self && peers.running.has(router);
}

/** Two managers have sessions of one agent where it went from one to the other: the later name stands, and the earlier manager leaves it so. */
function toWord({ object }: Claim, { word }: LiveLink, { self }: BookContext, isReady: boolean): SessionWord {
  if (!isReady) return 'unsaid';
  const router = object.status?.router ?? self;
  if (router === self) return 'said';
  return word === 'unsaid' ? 'unsaid' : 'yielded';
}

function tellEnd({ session, id }: LiveLink, { reason, message }: Ending): void {
  session.notify({ t: 'intercept_ended', id, reason, message });
}
