import { InterceptError, type Clock, type InterceptId, type SessionId, type Timer } from '@switchyard/contract';
import type { AttachFrame, ResumeTicket } from '@switchyard/wire';
import type { TunnelLimits } from './limits.ts';
import type { Attached, ServerCarry } from './server-carry.ts';
import { toUnknownSession, type SessionHolder, type TunnelSession } from './server-session.ts';

/** A session that resumed another one, and whose welcome may not have arrived: its agent may still name the other one. */
interface Succession {
  readonly named: TunnelSession;
  readonly heir: TunnelSession;
}

/** The sessions of one server: those that live, and those that were lost and may be resumed. As many may be lost as may live. */
export class SessionTable {
  readonly #clock: Clock;
  readonly #limits: Pick<TunnelLimits, 'maxSessions' | 'resumeMs'>;
  readonly #live = new Map<SessionId, TunnelSession>();
  readonly #lost = new Map<SessionId, { readonly session: TunnelSession; readonly timer: Timer }>();
  /** By the session that was named. */
  readonly #successions = new Map<SessionId, Succession>();
  #draining = false;

  constructor(clock: Clock, limits: Pick<TunnelLimits, 'maxSessions' | 'resumeMs'>) {
    this.#clock = clock;
    this.#limits = limits;
  }

  /** Throws where no further session is taken. */
  admit(): void {
    if (this.#draining) throw toDraining();
    if (this.#live.size >= this.#limits.maxSessions) {
      throw new InterceptError('limit_reached', `This manager already has ${this.#limits.maxSessions} sessions.`, {
        hint: 'Try again later.',
      });
    }
  }

  add(session: TunnelSession): void {
    this.#live.set(session.id, session);
  }

  /** Lets the session that the frame names take a carry in. Throws as `TunnelSession.attach` does. */
  attach(carry: ServerCarry, frame: AttachFrame): Attached {
    const session = this.#live.get(frame.session);
    if (session === undefined) throw toUnknownSession();
    const attached = session.attach(carry, frame);
    // It presented the secret of the welcome.
    this.#endSuccession(session);
    return attached;
  }

  /** The session is over; what it carried may wait for its agent. */
  remove(session: TunnelSession): void {
    this.#live.delete(session.id);
    if (session.leavesPipes) this.#keep(session);
    else this.#endSuccession(session);
  }

  all(): TunnelSession[] {
    return [...this.#live.values()];
  }

  /** The holder of the ticket is back: the session ends as lost, where it still seemed to live. */
  supersede(ticket: ResumeTicket, holder: SessionHolder): void {
    const heir = this.#find(ticket, holder)?.heir;
    if (heir !== undefined && this.#live.has(heir.id)) heir.supersede();
  }

  /** The lost session that the ticket is for; `heir` resumes it. */
  takeLost(ticket: ResumeTicket, holder: SessionHolder, heir: TunnelSession): TunnelSession | undefined {
    const found = this.#find(ticket, holder);
    if (found === undefined || !this.#lost.has(found.heir.id)) return undefined;
    this.#forget(found.heir);
    this.#successions.set(ticket.session, { named: found.named, heir });
    return found.heir;
  }

  /** The intercept has a session again: who had it before, and is lost, will not go on with its connections. */
  onRegistered(id: InterceptId): void {
    for (const { session } of this.#lost.values()) session.dissolve(id);
  }

  /** Refuses new sessions from now on, and tells those that live. */
  drain(): void {
    this.#draining = true;
    for (const session of this.all()) session.notify({ t: 'draining' });
  }

  /** Ends them all. */
  close(): void {
    this.#draining = true;
    for (const session of this.all()) session.close(toDraining());
    for (const { session } of this.#lost.values()) this.#dissolve(session);
  }

  #keep(session: TunnelSession): void {
    const [oldest] = this.#lost.values();
    if (oldest !== undefined && this.#lost.size >= this.#limits.maxSessions) this.#dissolve(oldest.session);
    const timer = this.#clock.after(this.#limits.resumeMs, () => this.#dissolve(session));
    this.#lost.set(session.id, { session, timer });
  }

  /** The session that a ticket names, and the one that has its pipes now. */
  #find({ session, secret }: ResumeTicket, holder: SessionHolder): Succession | undefined {
    const own = this.#live.get(session) ?? this.#lost.get(session)?.session;
    const found = own === undefined ? this.#successions.get(session) : { named: own, heir: own };
    return found?.named.mayBeResumed(holder, secret) === true ? found : undefined;
  }

  #dissolve(session: TunnelSession): void {
    this.#forget(session);
    session.dissolve();
  }

  #forget(session: TunnelSession): void {
    this.#lost.get(session.id)?.timer.cancel();
    this.#lost.delete(session.id);
    this.#endSuccession(session);
  }

  #endSuccession(heir: TunnelSession): void {
    for (const [named, succession] of this.#successions) if (succession.heir === heir) this.#successions.delete(named);
  }
}

function toDraining(): InterceptError {
  return new InterceptError('draining', 'This manager is shutting down.', { hint: 'The agent connects again by itself.' });
}
