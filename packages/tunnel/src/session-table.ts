import { InterceptError, type Clock, type SessionId, type Timer } from '@switchyard/contract';
import type { ResumeTicket } from '@switchyard/wire';
import type { TunnelLimits } from './limits.ts';
import type { SessionHolder, TunnelSession } from './server-session.ts';

/** The sessions of one server: those that live, and those that were lost and may be resumed. As many may be lost as may live. */
export class SessionTable {
  readonly #clock: Clock;
  readonly #limits: Pick<TunnelLimits, 'maxSessions' | 'resumeMs'>;
  readonly #live = new Map<SessionId, TunnelSession>();
  readonly #lost = new Map<SessionId, { readonly session: TunnelSession; readonly timer: Timer }>();
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

  get(id: SessionId): TunnelSession | undefined {
    return this.#live.get(id);
  }

  /** The session is over; what it carried may wait for its agent. */
  remove(session: TunnelSession): void {
    this.#live.delete(session.id);
    if (session.leavesPipes) this.#keep(session);
  }

  all(): TunnelSession[] {
    return [...this.#live.values()];
  }

  /** The holder of the ticket is back: the session ends as lost, where it still seemed to live. */
  supersede({ session, secret }: ResumeTicket, holder: SessionHolder): void {
    const live = this.#live.get(session);
    if (live?.mayBeResumed(holder, secret) === true) live.supersede();
  }

  /** The lost session that the ticket is for, once. */
  takeLost({ session, secret }: ResumeTicket, holder: SessionHolder): TunnelSession | undefined {
    const lost = this.#lost.get(session)?.session;
    if (lost?.mayBeResumed(holder, secret) !== true) return undefined;
    this.#forget(session);
    return lost;
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
    for (const { session } of [...this.#lost.values()]) this.#dissolve(session);
  }

  #keep(session: TunnelSession): void {
    const [oldest] = this.#lost.values();
    if (oldest !== undefined && this.#lost.size >= this.#limits.maxSessions) this.#dissolve(oldest.session);
    const timer = this.#clock.after(this.#limits.resumeMs, () => this.#dissolve(session));
    this.#lost.set(session.id, { session, timer });
  }

  #dissolve(session: TunnelSession): void {
    this.#forget(session.id);
    session.dissolve();
  }

  #forget(id: SessionId): void {
    this.#lost.get(id)?.timer.cancel();
    this.#lost.delete(id);
  }
}

function toDraining(): InterceptError {
  return new InterceptError('draining', 'This manager is shutting down.', { hint: 'The agent connects again by itself.' });
}
