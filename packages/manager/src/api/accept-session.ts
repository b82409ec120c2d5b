import { InterceptError, type Log } from '@switchyard/contract';
import type { AcceptSession, Hello, ServerSession, SessionEvents } from '@switchyard/tunnel';
import type { Authenticator } from '../auth/authenticator.ts';
import type { AgentSession } from '../registry/intercept.ts';
import type { Registry } from '../registry/registry.ts';

/** What sessions stand on. */
export interface AcceptSessionDeps {
  readonly log: Log;
  readonly authenticate: Authenticator;
  readonly registry: Registry;
  /** Live sessions of one owner. */
  readonly sessionsPerOwner: number;
}

/** Takes every agent that proves who it is and has not too many sessions yet, and lets it work on the registry in its owner's name. */
export function createAcceptSession({ log, authenticate, registry, sessionsPerOwner }: AcceptSessionDeps): AcceptSession {
  const sessions = new Map<string, number>();
  return async (hello, session) => {
    const owner = authenticate(hello);
    const others = sessions.get(owner) ?? 0;
    if (others >= sessionsPerOwner) throw toTooMany(owner, sessionsPerOwner);
    sessions.set(owner, others + 1);
    const agent = toAgentSession(hello, session, owner);
    log.info('session_opened', { session: session.id, owner, client: hello.client });
    return toSessionEvents(agent, registry, (reason) => {
      const left = (sessions.get(owner) ?? 0) - 1;
      if (left > 0) sessions.set(owner, left);
      else sessions.delete(owner);
      log.info('session_closed', { session: session.id, owner, reason });
    });
  };
}

function toAgentSession({ client, instance }: Hello, session: ServerSession, owner: string): AgentSession {
  return {
    id: session.id,
    owner,
    client,
    instance,
    openPipe: (id, signal) => session.openPipe(id, signal),
    notify: (event) => session.notify(event),
  };
}

function toSessionEvents(agent: AgentSession, registry: Registry, onClosed: (reason: string) => void): SessionEvents {
  return {
    onRegister: async (spec) => registry.register(agent, spec),
    onUnregister: async (id) => registry.unregister(agent, id),
    onRenew: async (id, lifetimeMs) => registry.renew(agent, id, lifetimeMs),
    onClose(end) {
      if (end.t === 'goodbye') registry.leave(agent);
      else registry.lose(agent);
      onClosed(end.t === 'goodbye' ? 'goodbye' : end.error.message);
    },
  };
}

function toTooMany(owner: string, sessionsPerOwner: number): InterceptError {
  return new InterceptError('limit_reached', `${owner} has ${sessionsPerOwner} sessions, and no more are allowed.`, {
    hint: 'Stop an intercept in another terminal; a session whose machine vanished ends within 15 s.',
  });
}
