import { Client, credentials, status, type ClientDuplexStream } from '@grpc/grpc-js';
import { InterceptError, toLimitValues, type Clock, type Log } from '@switchyard/contract';
import { toAbortError } from '@switchyard/runtime';
import {
  encodeAgentMessage,
  parseManagerMessage,
  tunnelDefinition,
  type BytesMethod,
  type VersionRange,
  type WelcomeMessage,
} from '@switchyard/wire';
import { signProof, type AgentKeyPair } from './agent-key.ts';
import { AgentSession } from './agent-session.ts';
import { tunnelChannelOptions } from './channel-options.ts';
import { toTarget } from './channel-target.ts';
import { tunnelLimits, type TunnelLimits } from './limits.ts';
import { createClientStream, type MessageStream, type StreamClose, type StreamHandler } from './message-stream.ts';
import type { LostSession } from './lost-session.ts';
import { explainUnreachable, toSilent, toStranger } from './reach.ts';
import type { Hello, TunnelClient } from './session.ts';
import { protocolVersions } from './version.ts';

/** What a tunnel client needs. */
export interface TunnelClientDeps {
  readonly clock: Clock;
  readonly log: Log;
}

/** Which manager to connect to, and as whom. */
export interface TunnelClientOptions {
  /** `http:` is plaintext HTTP/2, `https:` TLS, `unix:///PATH` a socket on this machine. Proxy variables are not read. */
  readonly url: URL;
  readonly hello: Omit<Hello, 'version' | 'publicKey'>;
  /** Proves who the agent is to a manager that asks for it. */
  readonly keyPair?: AgentKeyPair | undefined;
  /** What a lost session left: the new one goes on with it where the manager can, and else closes it. Still the caller's where opening fails. */
  readonly resume?: LostSession | undefined;
  /** Versions of the protocol to speak. Default: all that there are. */
  readonly versions?: VersionRange;
  readonly limits?: Partial<TunnelLimits>;
  /** Gives up connecting. An open session is ended by its dispose, not by this. */
  readonly signal: AbortSignal;
}

/**
 * Opens a session, within `connectMs`. Rejects with `manager_unreachable` (nothing listens, or it is no manager), `version_mismatch`,
 * `canceled`, or what the manager answered (`not_signed_in`, `draining`, ...).
 */
export async function openTunnelClient(deps: TunnelClientDeps, options: TunnelClientOptions): Promise<TunnelClient> {
  const { url, signal } = options;
  if (signal.aborted) throw toAbortError(signal);
  const { target, secure } = toTarget(url);
  const client = new Client(target, secure ? credentials.createSsl() : credentials.createInsecure(), tunnelChannelOptions);
  try {
    return await new Connecting(deps, options, client).session;
  } catch (reason) {
    client.close();
    if (!(reason instanceof LibraryError)) throw reason;
    deps.log.debug('tunnel_connect_failed', { status: reason.close.code, details: reason.close.details });
    throw reason.close.code === status.UNAVAILABLE
      ? await explainUnreachable(deps.clock, url, reason)
      : toStranger(url, 'speaks HTTP/2', reason);
  }
}

/** The stream ended before the manager said anything: what the gRPC library knows about it. */
class LibraryError extends Error {
  readonly close: StreamClose;

  constructor(close: StreamClose) {
    super(close.details);
    this.close = close;
  }
}

function openStream(client: Client, method: BytesMethod): ClientDuplexStream<Buffer, Buffer> {
  return client.makeBidiStreamRequest(method.path, method.requestSerialize, method.responseDeserialize);
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
  readonly #client: Client;
  readonly #instance: string;
  readonly #keyPair: AgentKeyPair | undefined;
  readonly #lost: LostSession | undefined;
  readonly #stream: MessageStream;
  readonly #resolve: (session: AgentSession) => void;
  readonly #reject: (reason: Error) => void;
  #state: State;

  constructor(deps: TunnelClientDeps, options: TunnelClientOptions, client: Client) {
    const { url, hello, keyPair, resume, versions = protocolVersions, limits, signal } = options;
    const { promise, resolve, reject } = Promise.withResolvers<AgentSession>();
    this.session = promise;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#deps = deps;
    this.#limits = toLimitValues(tunnelLimits, limits);
    this.#client = client;
    this.#instance = hello.instance;
    this.#keyPair = keyPair;
    this.#lost = resume;
    this.#stream = createClientStream(openStream(client, tunnelDefinition.control), this);
    const { connectMs } = this.#limits;
    const timer = deps.clock.after(connectMs, () => this.#fail(toSilent(url, connectMs)));
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
    else this.#fail(new LibraryError(close));
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
        openCarry: (handler) => createClientStream(openStream(this.#client, tunnelDefinition.carry), handler),
        disconnect: () => this.#client.close(),
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
