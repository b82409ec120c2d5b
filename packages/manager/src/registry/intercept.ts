import {
  type Actor,
  type InterceptId,
  type InterceptInfo,
  type Match,
  type RoutingKey,
  type ServiceName,
  type Sharing,
  type Target,
  type WhenAway,
} from '@switchyard/contract';
import type { Rule } from '@switchyard/route';
import type { Address } from '@switchyard/config';
import type { ProvenUser } from '../auth/proven-user.ts';
import type { ServerSession } from '@switchyard/tunnel';

/** A live agent session, with who proved to be behind it. */
export interface AgentSession extends Pick<ServerSession, 'id' | 'remoteAddress' | 'openPipe' | 'notify'> {
  readonly owner: string;
  /** The developer's machine, for people. */
  readonly client: string;
  /** Tells one agent process from another. */
  readonly instance: string;
  /** The key that the agent proved to hold, in base64; undefined where no proof was asked for. */
  readonly publicKey: string | undefined;
  /** Of a session that another manager has: since when that one is not reached, on the clock's monotonic scale. */
  readonly unreachedMs?: number | undefined;
  /** The user whom the agent's token proved; undefined where it sent none. */
  readonly user?: ProvenUser | undefined;
  /** What works there, as it says itself. */
  readonly actor?: Actor | undefined;
}

/** What is kept of a session that is lost. */
export type LastSession = Pick<AgentSession, 'id' | 'client' | 'instance'>;

/** The session is live. */
export interface ReadyLink {
  readonly t: 'ready';
  readonly session: AgentSession;
  /** Where the developer's process is dialled, past the session; undefined: through the session. */
  readonly direct?: Address | undefined;
}

/** The session is lost. */
export interface AwayLink {
  readonly t: 'away';
  /** The session that was lost. */
  readonly last: LastSession;
  /** When it was lost. */
  readonly since: Date;
  /** `since` on the clock's monotonic scale. */
  readonly sinceMs: number;
  /** When the intercept ends unless a session comes back: after the away lifetime, or when it expires. */
  readonly until: Date;
  /** `until` on the clock's monotonic scale. */
  readonly untilMs: number;
}

/** Where an intercept's session stands. */
export type Link = ReadyLink | AwayLink;

/** A live intercept. Immutable: a change is another object. */
export interface Intercept extends Sharing {
  readonly id: InterceptId;
  /** What people call it: `"alice" on orders`. */
  readonly title: string;
  readonly service: ServiceName;
  /** The port's name. */
  readonly port: string;
  /** Undefined: `match` alone decides. */
  readonly key: RoutingKey | undefined;
  readonly match: Match;
  readonly owner: string;
  readonly whenAway: WhenAway;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  /** `expiresAt` on the clock's monotonic scale. */
  readonly expiresAtMs: number;
  readonly closing?: InterceptInfo['closing'];
  readonly waiting?: InterceptInfo['waiting'];
  readonly link: Link;
}

/** The session that the intercept has, or had last. */
export function sessionOf({ link }: Pick<Intercept, 'link'>): LastSession {
  return link.t === 'ready' ? link.session : link.last;
}

/** What people call the intercept of `key` at `place`, a port's title. */
export function toTitle(key: RoutingKey | undefined, place: string): string {
  return key === undefined ? `This match on ${place}` : `"${key}" on ${place}`;
}

/** The intercept as the data plane sees it. While the session is away it names the last one. */
export function toRule(intercept: Intercept): Rule {
  const { id, service, port, key, match, owner, createdAt, whenAway } = intercept;
  return { id, service, port, key, match, owner, createdAt: createdAt.getTime(), whenAway, target: toTarget(intercept) };
}

function toTarget({ id, link }: Intercept): Target {
  if (link.t === 'ready' && link.direct !== undefined) return { t: 'direct', ...link.direct, intercept: id };
  return { t: 'tunnel', session: sessionOf({ link }).id, intercept: id };
}

/** The intercept as everybody may see it. */
export function toInfo(intercept: Intercept): InterceptInfo {
  const { title: _title, expiresAtMs: _expiresAtMs, link, ...shown } = intercept;
  return { ...shown, session: link.t, client: sessionOf(intercept).client };
}

/** A moment as messages name it. In UTC, as manager and reader may live in different zones. */
export function toTimeText(date: Date): string {
  return `${date.toISOString().slice(11, 16)} UTC`;
}
