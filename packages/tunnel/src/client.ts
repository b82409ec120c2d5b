import { InterceptError, toLimitValues, type Clock, type Log } from '@switchyard/contract';
import { toAbortError } from '@switchyard/runtime';
import { encodeAgentMessage, parseManagerMessage, tunnelDefinition, type VersionRange, type WelcomeMessage } from '@switchyard/wire';
import { signProof, type AgentKeyPair } from './agent-key.ts';
import { AgentSession } from './agent-session.ts';
import type { AgentCarrier } from './carrier/agent-carrier.ts';
import { createGrpcCarrier } from './carrier/grpc-carrier.ts';
import { createWebSocketCarrier } from './carrier/web-socket-carrier.ts';
import { createAccess, type Access, type CarrierName } from './connect/access.ts';
import { toSilent, toStranger } from './connect/connect-error.ts';
import { explainUnreachable, type Finding } from './connect/explain-unreachable.ts';
import { grpcStatus } from './grpc/grpc-status.ts';
import { tunnelLimits, type TunnelLimits } from './limits.ts';
import type { MessageStream, StreamClose, StreamHandler } from './message-stream.ts';
import type { LostSession } from './lost-session.ts';
import type { Hello, TunnelClient } from './session.ts';
import { protocolVersions } from './version.ts';

/** What a tunnel client needs. */
export interface TunnelClientDeps {
  readonly clock: Clock;
  readonly log: Log;
}

/** Which manager to connect to, and as whom. */
export interface TunnelClientOptions {
  /** `http:` is plaintext, `https:` TLS, `unix:///PATH` a socket on this machine. */
  readonly url: URL;
  /** Default: `createAccess()`. */
  readonly access?: Access | undefined;
  readonly hello: Omit<Hello, 'version' | 'publicKey'>;
  /** Proves who the agent is to a manager that asks for it. */
  readonly keyPair?: AgentKeyPair | undefined;
  /**
   * What a lost session left: the new one goes on with it where the manager can, and else closes it. Still the caller's where opening
   * fails.
   */
  readonly resume?: LostSession | undefined;
  /** Versions of the protocol to speak. Default: all that there are. */
  readonly versions?: VersionRange;
  readonly limits?: Partial<TunnelLimits>;
  /** Gives up connecting. An open session is ended by its dispose, not by this. */
  readonly signal: AbortSignal;
}

/**
 * Opens a session by the first carrier that gets through, within `connectMs` for each. Rejects with `manager_unreachable` (nothing listens,
 * or it is no manager), `version_mismatch`, `canceled`, or what the manager answered (`not_signed_in`, `draining`, ...).
 */
export async function openTunnelClient(deps: TunnelClientDeps, options: TunnelClientOptions): Promise<TunnelClient> {
  const { url, signal, access = createAccess() } = options;
  if (signal.aborted) throw toAbortError(signal);
  let found: Finding | undefined;
  for (const name of access.carriersFor(url)) {
    const carrier = createCarrier(name, deps.clock, url, access);
    try {
      const session = await new Connecting(deps, options, carrier).session;
      access.remember(url, name);
      return session;
    } catch (reason) {
      carrier.close();
      if (!(reason instanceof CarrierError)) throw reason;
      deps.log.debug('tunnel_connect_failed', { carrier: name, status: reason.close?.code, details: reason.message });
      // What the first carrier met is what the person has to know.
      found ??= await explain(deps.clock, url, access, reason);
      if (!found.connects) break;
    }
  }
  throw found?.error ?? toStranger(url, 'takes no carrier');
}

function createCarrier(name: CarrierName, clock: Clock, url: URL, access: Access): AgentCarrier {
  return name === 'grpc' ? createGrpcCarrier(clock, url, access) : createWebSocketCarrier(clock, url, access);
}

/** The carrier ended the stream before the manager said anything, or it said nothing in time. */
class CarrierError extends Error {
  readonly error: InterceptError | undefined;
  readonly close: StreamClose | undefined;

  constructor(message: string, error: InterceptError | undefined, close?: StreamClose) {
    super(message);
    this.error = error;
    this.close = close;
  }
}

async function explain(clock: Clock, url: URL, access: Access, reason: CarrierError): Promise<Finding> {
  if (reason.error !== undefined) return { error: reason.error, connects: true };
  if (reason.close?.code !== grpcStatus.unavailable) return { error: toStranger(url, 'speaks HTTP/2', reason), connects: true };
  return explainUnreachable(clock, url, access, reason);
}

function toSilence(url: URL, timeoutMs: number): CarrierError {
  const error = toSilent(url, timeoutMs);
  return new CarrierError(error.message, error);
}

type State =
  | { readonly t: 'connecting'; readonly leave: () => void; proven: boolean }
  | { readonly t: 'open'; readonly session: AgentSession }
  | { readonly t: 'closed' };

/** The control stream at the agent's end: hello, the manager's answer, then the session's messages. */
class Connecting implements StreamHandler {
  /** Settles when the manager answered, or the wait for it was over. */
  readonly session: Promise<AgentSession>;
  readonly #deps: TunnelClientDeps;
  readonly #limits: TunnelLimits;
  readonly #carrier: AgentCarrier;
  readonly #instance: string;
  readonly #keyPair: AgentKeyPair | undefined;
  readonly #lost: LostSession | undefined;
  readonly #stream: MessageStream;
  readonly #resolve: (session: AgentSession) => void;
  readonly #reject: (reason: Error) => void;
  #state: State;

  constructor(deps: TunnelClientDeps, options: TunnelClientOptions, carrier: AgentCarrier) {
    const { url, hello, keyPair, resume, versions = protocolVersions, limits, signal } = options;
    const { promise, resolve, reject } = Promise.withResolvers<AgentSession>();
    this.session = promise;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#deps = deps;
    this.#limits = toLimitValues(tunnelLimits, limits);
    this.#carrier = carrier;
    this.#instance = hello.instance;
    this.#keyPair = keyPair;
    this.#lost = resume;
    this.#stream = carrier.open(tunnelDefinition.control, this, { urgent: true });
    const { connectMs } = this.#limits;
    const timer = deps.clock.after(connectMs, () => this.#fail(toSilence(url, connectMs)));
    const onAbort = (): void => this.#fail(toAbortError(signal));
    signal.addEventListener('abort', onAbort);
    const leave = (): void => {
      timer.cancel();
      signal.removeEventListener('abort', onAbort);
    };
    this.#state = { t: 'connecting', leave, proven: false };
    const publicKey = keyPair === undefined ? undefined : Buffer.from(keyPair.publicKey, 'base64');
    this.#stream.send(encodeAgentMessage({ t: 'hello', ...hello, publicKey, resume: resume?.ticket, versions }));
  }

  onMessage(bytes: Buffer): void {
    const state = this.#state;
    try {
      const message = parseManagerMessage(bytes);
      if (state.t === 'open') return state.session.receive(message);
      if (message.t === 'welcome') this.#open(message);
      else if (message.t === 'closed') this.#fail(message.error);
      else if (message.t === 'challenge') this.#prove(message.nonce);
    } catch (reason) {
      const error = InterceptError.from(reason);
      if (state.t === 'open') state.session.violate(error);
      else this.#fail(error);
    }
  }

  onDrain(): void {}

  onClose(close: StreamClose): void {
    if (this.#state.t === 'open') this.#state.session.onControlClosed();
    else this.#fail(new CarrierError(close.details, close.error, close));
  }

  #prove(nonce: Uint8Array): void {
    if (this.#state.t !== 'connecting') return;
    if (this.#keyPair === undefined || this.#state.proven) {
      throw new InterceptError('protocol_violation', 'The manager asked for a proof that this agent did not offer.');
    }
    this.#state.proven = true;
    this.#stream.send(encodeAgentMessage({ t: 'proof', signature: signProof(this.#keyPair, { nonce, instance: this.#instance }) }));
  }

  #open(welcome: WelcomeMessage): void {
    if (this.#state.t !== 'connecting') return;
    this.#state.leave();
    const session = new AgentSession(
      {
        clock: this.#deps.clock,
        limits: this.#limits,
        control: this.#stream,
        lost: this.#lost,
        openCarry: (handler) => this.#carrier.open(tunnelDefinition.carry, handler),
        disconnect: () => this.#carrier.close(),
      },
      welcome,
    );
    this.#state = { t: 'open', session };
    this.#resolve(session);
  }

  #fail(reason: Error): void {
    if (this.#state.t !== 'connecting') return;
    this.#state.leave();
    this.#state = { t: 'closed' };
    this.#stream.cancel();
    this.#reject(reason);
  }
}
