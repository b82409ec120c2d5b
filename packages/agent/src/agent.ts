import type { Actor, Clock, InterceptError, InterceptId, InterceptInfo, InterceptSpec, Log } from '@switchyard/contract';
import { toAbortError } from '@switchyard/runtime';
import { openTunnelClient, type Access, type AgentKeyPair } from '@switchyard/tunnel';
import { randomUUID } from 'node:crypto';
import { deliver } from './deliver.ts';
import type { AgentEvent, AgentEventHandler } from './event.ts';
import type { LocalAddress } from './local-address.ts';
import { createPatience } from './patience.ts';
import { Session, type OpenTunnel } from './session.ts';

/** One intercept and where its connections go on this machine. */
export interface AgentIntercept {
  readonly spec: InterceptSpec;
  readonly deliver: LocalAddress;
}

/** Which manager to work with, as whom, and what for. */
export interface AgentOptions {
  /** `http:` is plaintext HTTP/2, `https:` TLS, `unix:///PATH` a socket on this machine, such as a forward into a cluster. */
  readonly url: URL;
  /** The way to it: carrier, certificates, proxies. Default: gRPC without any. */
  readonly access?: Access | undefined;
  /** The claimed owner of the intercepts. */
  readonly owner: string;
  /** This machine, for people. */
  readonly client: string;
  /** What works there, for records. Default: it does not say. */
  readonly actor?: Actor | undefined;
  /** Reads what proves who the owner is, for each connection anew: it may run out while the agent lives. */
  readonly token: (() => Promise<string>) | undefined;
  /** Proves every connection of this agent to a manager that asks for it. */
  readonly keyPair?: AgentKeyPair | undefined;
  readonly intercepts: readonly AgentIntercept[];
  /** Receives the events, from the first one on. Must not throw. */
  readonly onEvent: AgentEventHandler;
  /** Gives up opening. An open agent is ended by `goodbye` or its dispose. */
  readonly signal: AbortSignal;
}

/** What an agent needs from outside. */
export interface AgentDeps {
  readonly clock: Clock;
  readonly log: Log;
  /** Default: `openTunnelClient` with the options' manager and identity. */
  readonly openTunnel?: OpenTunnel;
}

/** The developer's end: keeps intercepts alive and hands their connections to local processes. */
export interface Agent extends AsyncDisposable {
  /** The live intercepts, as the manager last described them. */
  readonly intercepts: readonly InterceptInfo[];
  /** Sets a new end, `lifetimeMs` from now (default the manager's). Rejects with `tunnel_lost` while the manager is away. */
  renew(id: InterceptId, lifetimeMs?: number): Promise<InterceptInfo>;
  /** Removes the intercepts at once and leaves. Dispose does the same. Idempotent. */
  goodbye(): Promise<void>;
  /** Resolves, never rejects, when the agent is over: with the error unless it was told to leave. */
  readonly closed: Promise<InterceptError | undefined>;
}

/**
 * Opens a session, registers every intercept, and delivers their connections until it is ended. A lost session comes back by itself.
 * Rejects with what the manager answered (`route_conflict`, `service_not_found`, `not_signed_in`, ...), `manager_unreachable` or
 * `canceled`; then nothing stays registered.
 */
export async function openAgent(deps: AgentDeps, options: AgentOptions): Promise<Agent> {
  const opened = Promise.withResolvers<void>();
  const emit = (event: AgentEvent): void => {
    if (event.t === 'connected') opened.resolve();
    options.onEvent(event);
  };
  const openTunnel = deps.openTunnel ?? toOpenTunnel(deps, options);
  const session = new Session({ ...deps, openTunnel, emit }, toRegistrations(deps, options, emit));
  const giveUp = (): void => void session.goodbye();
  options.signal.addEventListener('abort', giveUp, { once: true });
  if (options.signal.aborted) giveUp();
  const ready = await Promise.race([opened.promise.then(() => true), session.closed.then(() => false)]);
  options.signal.removeEventListener('abort', giveUp);
  if (ready && !options.signal.aborted) return toAgent(session);
  const error = await session.closed;
  throw error === undefined || options.signal.aborted ? toAbortError(options.signal) : error;
}

function toAgent(session: Session): Agent {
  return {
    get intercepts() {
      return session.intercepts;
    },
    renew: (id, lifetimeMs) => session.renew(id, lifetimeMs),
    goodbye: () => session.goodbye(),
    closed: session.closed,
    [Symbol.asyncDispose]: () => session.goodbye(),
  };
}

/** One random instance per agent, so that the manager knows a reconnect from a second process. */
function toOpenTunnel(deps: AgentDeps, { url, access, owner, client, actor, token, keyPair }: AgentOptions): OpenTunnel {
  const hello = { instance: randomUUID(), owner, client, actor };
  const patience = createPatience();
  return async (signal, resume) => {
    const limits = { connectMs: patience.waitMs };
    const opening = openTunnelClient(deps, { url, access, hello: { ...hello, token: await token?.() }, keyPair, resume, limits, signal });
    opening.then(patience.succeeded, patience.failed);
    return opening;
  };
}

function toRegistrations(deps: AgentDeps, options: AgentOptions, emit: AgentEventHandler): ConstructorParameters<typeof Session>[1] {
  return options.intercepts.map(({ spec, deliver: address }) => ({
    spec,
    onPipe: (pipe, intercept) => deliver(pipe, address, deps, (error) => emit({ t: 'delivery_failed', intercept, error })),
  }));
}
