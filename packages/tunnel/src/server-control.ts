import { randomBytes } from 'node:crypto';
import { InterceptError, type Clock, type Log, type SessionId, type Timer } from '@switchyard/contract';
import { encodeManagerMessage, parseAgentMessage, type HelloMessage } from '@switchyard/wire';
import { fixedTunnelLimits, type TunnelLimits } from './limits.ts';
import type { MessageStream, StreamHandler } from './message-stream.ts';
import { toShownError } from './request-desk.ts';
import { TunnelSession, type SessionDeps } from './server-session.ts';
import type { AcceptSession } from './session.ts';
import { negotiateVersion } from './version.ts';

/** Messages on a control stream are small; a larger one is no honest agent's. */
const maxControlBytes = fixedTunnelLimits.controlBytes.value;

/** What a control stream needs from the server. */
export interface ControlDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly limits: TunnelLimits;
  readonly accept: AcceptSession;
  /** Where the connection comes from: an IP address. */
  readonly remoteAddress: string;
  /** Throws where the server takes no further session now. */
  admit(): void;
  onSession(session: TunnelSession): void;
  onSessionEnd: (session: TunnelSession, end: Parameters<SessionDeps['onEnd']>[0]) => void;
  onWelcome(): void;
  breakConnection(): void;
}

type State =
  | { readonly t: 'new'; readonly deadline: Timer }
  | { readonly t: 'session'; readonly session: TunnelSession }
  | { readonly t: 'closed' };

/** One Control stream at the manager's end: hello, the manager's decision, then the session's messages. */
export class ServerControl implements StreamHandler {
  readonly #deps: ControlDeps;
  readonly #stream: MessageStream;
  #state: State;

  constructor(deps: ControlDeps, open: (handler: StreamHandler) => MessageStream) {
    this.#deps = deps;
    this.#stream = open(this);
    const deadline = deps.clock.after(deps.limits.helloMs, () =>
      this.#refuse(new InterceptError('request_timeout', 'The agent did not say hello.')),
    );
    this.#state = { t: 'new', deadline };
  }

  onMessage(bytes: Buffer): void {
    const state = this.#state;
    try {
      if (bytes.length > maxControlBytes) {
        throw new InterceptError('protocol_violation', `A control message has at most ${maxControlBytes} bytes.`);
      }
      const message = parseAgentMessage(bytes);
      if (state.t === 'session') state.session.receive(message);
      else if (state.t === 'new') this.#begin(message.t === 'hello' ? message : undefined);
    } catch (reason) {
      const error = InterceptError.from(reason);
      if (state.t === 'session') state.session.violate(error);
      else this.#refuse(error);
    }
  }

  onDrain(): void {}

  onClose(): void {
    const state = this.#state;
    this.#state = { t: 'closed' };
    if (state.t === 'new') state.deadline.cancel();
    if (state.t === 'session') state.session.onControlClosed();
  }

  #begin(hello: HelloMessage | undefined): void {
    if (hello === undefined) throw new InterceptError('protocol_violation', 'The agent did not begin with hello.');
    if (this.#state.t !== 'new') return;
    const version = negotiateVersion(hello.versions);
    this.#deps.admit();
    this.#state.deadline.cancel();
    const session = this.#createSession();
    this.#state = { t: 'session', session };
    void this.#accept(session, hello, version);
  }

  async #accept(session: TunnelSession, hello: HelloMessage, version: number): Promise<void> {
    const { instance, owner, client, token } = hello;
    try {
      session.start(await this.#deps.accept({ instance, owner, client, token, publicKey: undefined, version }, session), version);
    } catch (reason) {
      session.close(toShownError(reason, this.#deps.log));
    }
  }

  #createSession(): TunnelSession {
    const { clock, log, limits, remoteAddress, breakConnection, onWelcome, onSession, onSessionEnd } = this.#deps;
    const session: TunnelSession = new TunnelSession(randomBytes(12).toString('base64url') as SessionId, randomBytes(32), {
      clock,
      log,
      limits,
      remoteAddress,
      control: this.#stream,
      onWelcome,
      breakConnection,
      onEnd: (end) => onSessionEnd(session, end),
    });
    onSession(session);
    return session;
  }

  #refuse(error: InterceptError): void {
    if (this.#state.t !== 'new') return;
    this.#state.deadline.cancel();
    this.#state = { t: 'closed' };
    this.#stream.send(encodeManagerMessage({ t: 'closed', error }));
    this.#stream.finish();
  }
}
