import type { Actor, InterceptError, InterceptId, InterceptInfo, InterceptSpec, Pipe, SessionId } from '@switchyard/contract';
import type { SessionEvent } from '@switchyard/wire';
import type { LostSession } from './lost-session.ts';

/** Who wants to open a session: what the agent said of itself, checked for shape but not for truth. */
export interface Hello {
  /** Random, one per agent process: tells a reconnect from a second process of the same owner. */
  readonly instance: string;
  /** The claimed owner; printable, at most 128 characters. */
  readonly owner: string;
  /** The developer's machine, for people; printable, at most 128 characters. */
  readonly client: string;
  /** What works there, as it says itself: for records, never for decisions. */
  readonly actor?: Actor | undefined;
  /** The credential, where one was sent. */
  readonly token: string | undefined;
  /** The agent's Ed25519 public key: base64 of its 32 bytes. Proven; undefined where this server asks for no proof. */
  readonly publicKey: string | undefined;
  /** The negotiated protocol version. */
  readonly version: number;
}

/** A live session, as the manager uses it. */
export interface ServerSession {
  readonly id: SessionId;
  /** Where the agent's connection comes from: an IP address. */
  readonly remoteAddress: string;
  /**
   * Takes a pipe to the agent for a connection of `intercept`: an idle one at once, else the next that the agent opens (at most 5 s).
   * Rejects with `tunnel_lost`, `limit_reached` or `canceled`. The caller owns the pipe; it is paused and has no handler yet.
   */
  openPipe(intercept: InterceptId, signal: AbortSignal): Promise<Pipe>;
  /** Tells the agent. Dropped once the session is closed. */
  notify(event: SessionEvent): void;
  /**
   * Ends the session; the agent learns code, message and hint. Every pipe closes with `tunnel_lost`; `SessionEvents.onClose` follows.
   * Idempotent.
   */
  close(error: InterceptError): void;
}

/** Why a session is over. */
export type SessionEnd =
  /** The agent left in order: nothing needs to be held for it. */
  | { readonly t: 'goodbye' }
  /** The connection broke, the agent fell silent, broke the protocol, or the manager closed it. */
  | { readonly t: 'lost'; readonly error: InterceptError };

/** What an agent asks of the manager. A rejection with an `InterceptError` reaches the agent with code, message and hint. */
export interface SessionEvents {
  onRegister(spec: InterceptSpec): Promise<InterceptInfo>;
  onUnregister(id: InterceptId): Promise<void>;
  /** `lifetimeMs` undefined asks for the manager's default. */
  onRenew(id: InterceptId, lifetimeMs: number | undefined): Promise<InterceptInfo>;
  /** Exactly once; nothing comes afterwards. */
  onClose(end: SessionEnd): void;
}

/**
 * Decides about a new session. Throw an `InterceptError` to refuse it: the agent gets its code, message and hint.
 * Pipes can be opened once the promise is resolved.
 */
export type AcceptSession = (hello: Hello, session: ServerSession) => Promise<SessionEvents>;

/** Who was turned away before `AcceptSession` was asked; empty where they did not say. Nothing of it is proven. */
export interface TurnedAway extends Pick<Hello, 'owner' | 'client' | 'actor'> {
  /** Where the connection comes from: an IP address. */
  readonly remoteAddress: string;
}

/** Learns of each agent that is turned away before `AcceptSession` was asked: without the proof that is wanted, for one. */
export type OnTurnedAway = (who: TurnedAway, error: InterceptError) => void;

/** A live session, as the agent uses it. One client is one connection: it never reconnects by itself. */
export interface TunnelClient extends AsyncDisposable {
  readonly session: SessionId;
  /** Names who receives the connections that the manager opens. Pipes that come before are reset with `local_refused`. */
  onPipe(handler: (intercept: InterceptId, pipe: Pipe) => void): void;
  /** Names who receives the manager's events. Events before are kept, at most 64. */
  onEvent(handler: (event: SessionEvent) => void): void;
  /** Rejects with what the manager answered (`route_conflict`, `service_not_found`, ...) or `tunnel_lost`. */
  register(spec: InterceptSpec): Promise<InterceptInfo>;
  unregister(id: InterceptId): Promise<void>;
  renew(id: InterceptId, lifetimeMs?: number): Promise<InterceptInfo>;
  /** Leaves in order: the manager drops this session's intercepts at once. Resolves when it did, or after 1 s. */
  goodbye(): Promise<void>;
  /**
   * What the session leaves once it is `closed` because its connection broke, for the next one: the caller owns it. Undefined where there
   * is nothing to go on with, and the second time. Dispose takes it too.
   */
  takeLost(): LostSession | undefined;
  /** Resolves, never rejects, when the session is over: undefined after `goodbye()` or dispose, else why. */
  readonly closed: Promise<InterceptError | undefined>;
}
