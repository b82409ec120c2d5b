import { InterceptError, type Audit, type AuditRecord, type InterceptSpec, type Principal, type SessionId } from '@switchyard/contract';
import type { AcceptSession, Caller, Hello, OnTurnedAway, ServerSession } from '@switchyard/tunnel';

/** Who is behind an agent, as far as is known now. */
export type AuditIdentity = Pick<AuditRecord, 'user' | 'groups' | 'proven'>;

/** Says who is behind a hello. May throw as `accept` does: then it is what the agent claims. */
export type WhoIs = (hello: Hello) => AuditIdentity;

/**
 * `accept`, which also records each session that it takes or refuses, its end, and what its agent was refused. A refusal that stands in the
 * status of an object is recorded by whoever writes that status.
 */
export function auditSessions(accept: AcceptSession, whoIs: WhoIs, audit: Audit): AcceptSession {
  return async (hello, session) => {
    const subject = (): Subject => toSubject(hello, session, whoIs);
    const refuse = (action: 'session_refused' | 'intercept_refused', reason: unknown, place: Place = {}): void => {
      const { code, message } = InterceptError.from(reason);
      audit.write({ ...subject(), ...place, action, outcome: 'refused', reason: code, message });
    };
    const events = await accept(hello, session).catch((reason: unknown) => {
      refuse('session_refused', reason);
      throw reason;
    });
    audit.write({ ...subject(), id: toId(session.id, 'opened'), action: 'session_opened', outcome: 'allowed' });
    return {
      ...events,
      async onRegister(spec) {
        try {
          return await events.onRegister(spec);
        } catch (reason) {
          if (InterceptError.from(reason).detail?.['verdict'] === undefined) refuse('intercept_refused', reason, toPlace(spec));
          throw reason;
        }
      },
      onClose(end) {
        // Who it was may not be known any more afterwards.
        const closed = subject();
        events.onClose(end);
        const { reason, message } =
          end.t === 'goodbye' ? { reason: 'goodbye', message: undefined } : { reason: end.error.code, message: end.error.message };
        audit.write({ ...closed, id: toId(session.id, 'closed'), action: 'session_closed', outcome: 'ended', reason, message });
      },
    };
  };
}

/** Records agents that were turned away before anybody was asked about them. */
export function auditTurnedAway(audit: Audit): OnTurnedAway {
  return ({ owner: user, client, actor, remoteAddress: address }, { code: reason, message }) =>
    audit.write({ action: 'session_refused', outcome: 'refused', user, proven: false, actor, client, address, reason, message });
}

/** Records callers of the API who were turned away: by the name that they proved, or else by the one that they claim. */
export function auditCaller(audit: Audit): (caller: Caller, error: InterceptError, who?: Principal) => void {
  return ({ owner: claimed = '', address }, { code: reason, message }, who) => {
    const identity = who === undefined ? { user: claimed, proven: false } : { user: who.user, groups: who.groups, proven: true };
    audit.write({ action: 'session_refused', outcome: 'refused', ...identity, address, reason, message });
  };
}

type Subject = AuditIdentity & Pick<AuditRecord, 'actor' | 'client' | 'address' | 'session'>;
type Place = Pick<AuditRecord, 'service' | 'port' | 'key'>;

function toSubject(hello: Hello, { id, remoteAddress }: ServerSession, whoIs: WhoIs): Subject {
  return { ...identify(hello, whoIs), actor: hello.actor, client: hello.client, address: remoteAddress, session: id };
}

function identify(hello: Hello, whoIs: WhoIs): AuditIdentity {
  try {
    return whoIs(hello);
  } catch {
    return { user: hello.owner, proven: false };
  }
}

function toPlace({ service, port, key }: InterceptSpec): Place {
  return { service, port, key };
}

function toId(session: SessionId, happening: string): string {
  return `session/${session}/${happening}`;
}
