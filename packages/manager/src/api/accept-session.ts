import { InterceptError, type Log } from '@switchyard/contract';
import type { AcceptSession, Hello, ServerSession, SessionEvents } from '@switchyard/tunnel';
import type { ProvenUser } from '../auth/proven-user.ts';
import type { AgentSession } from '../registry/intercept.ts';
import type { SessionIntercepts } from '../registry/ports.ts';

/** Who is behind a session. A getter where that can become known, or change, while the session lives. */
export interface Identity {
  readonly owner: string;
  /** Whether nothing says who it is, so that `owner` stands for all of these. Default: false. */
  readonly isStranger?: boolean;
  /** The owner's groups, as far as they are known. */
  readonly groups?: readonly string[] | undefined;
  /** Who proved by a token that they are `owner`. Default: nobody did. */
  readonly user?: ProvenUser | undefined;
}

/** What sessions stand on. */
export interface AcceptSessionDeps {
  readonly log: Log;
  /** Throws where the agent did not prove who it is. */
  readonly identify: (hello: Hello) => Identity;
  readonly intercepts: SessionIntercepts;
  /** Live sessions of one owner. Strangers have as many together. */
  readonly sessionsPerOwner: number;
}

/** Takes every agent that proves who it is and has not too many sessions yet, and lets it work on the intercepts in its owner's name. */
export function createAcceptSession({ log, identify, intercepts, sessionsPerOwner }: AcceptSessionDeps): AcceptSession {
  const live = new Map<AgentSession, ServerSession>();
  return async (hello, session) => {
    const identity = identify(hello);
    const agent = toAgentSession(hello, session, identity);
    const { owner } = agent;
    const others = [...live.keys()].filter((other) => other.owner === owner);
    if (others.length >= sessionsPerOwner) {
      const displaced = identity.isStranger === true ? findOldestOfMost(others) : undefined;
      if (displaced === undefined) throw toTooMany(owner, sessionsPerOwner);
      const displacedSession = live.get(displaced);
      live.delete(displaced);
      displacedSession?.close(toTooMany(owner, sessionsPerOwner));
    }
    live.set(agent, session);
    log.info('session_opened', { session: session.id, owner, client: hello.client });
    return toSessionEvents(agent, intercepts, (reason) => {
      live.delete(agent);
      log.info('session_closed', { session: session.id, owner: agent.owner, reason });
    });
  };
}

/** The oldest session of the address that has most: nobody keeps other strangers out by being many, who are known a moment later. */
function findOldestOfMost(sessions: readonly AgentSession[]): AgentSession | undefined {
  const byAddress = Map.groupBy(sessions, ({ remoteAddress }) => remoteAddress);
  const [most] = [...byAddress.values()].toSorted((left, right) => right.length - left.length);
  return most?.[0];
}

function toAgentSession({ client, instance, publicKey, actor }: Hello, session: ServerSession, identity: Identity): AgentSession {
  return {
    id: session.id,
    remoteAddress: session.remoteAddress,
    get owner() {
      return identity.owner;
    },
    client,
    instance,
    publicKey,
    user: identity.user,
    actor,
    openPipe: (id, signal) => session.openPipe(id, signal),
    notify: (event) => session.notify(event),
  };
}

function toSessionEvents(agent: AgentSession, intercepts: SessionIntercepts, onClosed: (reason: string) => void): SessionEvents {
  return {
    onRegister: async (spec) => await intercepts.register(agent, spec),
    onUnregister: async (id) => intercepts.unregister(agent, id),
    onRenew: async (id, lifetimeMs) => intercepts.renew(agent, id, lifetimeMs),
    onClose(end) {
      if (end.t === 'goodbye') intercepts.leave(agent);
      else intercepts.lose(agent);
      onClosed(end.t === 'goodbye' ? 'goodbye' : end.error.message);
    },
  };
}

function toTooMany(owner: string, sessionsPerOwner: number): InterceptError {
  return new InterceptError('limit_reached', `${owner} has ${sessionsPerOwner} sessions, and no more are allowed.`, {
    hint: 'Stop an intercept in another terminal; a session whose machine vanished ends within 15 s.',
  });
}
