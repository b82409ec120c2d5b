import { randomBytes } from 'node:crypto';
import { InterceptError, type Clock, type Log, type SessionId, type Timer } from '@switchyard/contract';
import {
  encodeManagerMessage,
  parseAgentMessage,
  type HelloMessage,
  type ReceivedAgentMessage,
  type ResumeTicket,
  type VersionRange,
} from '@switchyard/wire';
import { isProof } from './agent-key.ts';
import { fixedTunnelLimits, type TunnelLimits } from './limits.ts';
import type { MessageStream, StreamHandler } from './message-stream.ts';
import { toShownError } from './request-desk.ts';
import { TunnelSession, type SessionDeps, type SessionHolder } from './server-session.ts';
import type { AcceptSession, Hello, OnTurnedAway } from './session.ts';
import { negotiateVersion } from './version.ts';

/** Messages on a control stream are small; a larger one is no honest agent's. */
const maxControlBytes = fixedTunnelLimits.controlBytes.value;

/** What a control stream needs from the server. */
export interface ControlDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly limits: TunnelLimits;
  readonly keeps: SessionDeps['keeps'];
  readonly accept: AcceptSession;
  readonly onTurnedAway: OnTurnedAway;
  readonly proof: 'none' | 'key';
  readonly versions: VersionRange;
  /** Where the connection comes from: an IP address. */
  readonly remoteAddress: string;
  /** Throws where the server takes no further session now. */
  admit(): void;
  /** The agent is back from a lost session: whatever still seems to live of it is over now. */
  supersede(ticket: ResumeTicket, holder: SessionHolder): void;
  /** The lost session that the ticket is for, which `heir` resumes; undefined where there is none, or it is not the holder's. */
  takeLost(ticket: ResumeTicket, holder: SessionHolder, heir: TunnelSession): TunnelSession | undefined;
  onSession(session: TunnelSession): void;
  onSessionEnd: (session: TunnelSession, end: Parameters<SessionDeps['onEnd']>[0]) => void;
  onWelcome(): void;
  onRegistered: SessionDeps['onRegistered'];
  breakConnection(): void;
}

/** The hello came, and a proof of its key is waited for, within the hello's deadline. */
interface Challenged {
  readonly t: 'challenged';
  readonly deadline: Timer;
  readonly hello: HelloMessage;
  readonly version: number;
  readonly publicKey: Uint8Array;
  /** Of this stream alone, and of one answer. */
  readonly nonce: Buffer;
}

type State =
  | { readonly t: 'new'; readonly deadline: Timer }
  | Challenged
  | { readonly t: 'session'; readonly session: TunnelSession }
  | { readonly t: 'closed' };

/** One Control stream at the manager's end: hello, a proof where one is wanted, the manager's decision, then the session's messages. */
export class ServerControl implements StreamHandler {
  readonly #deps: ControlDeps;
  readonly #stream: MessageStream;
  #state: State;
  #hello: HelloMessage | undefined;

  constructor(deps: ControlDeps, open: (handler: StreamHandler) => MessageStream) {
    this.#deps = deps;
    this.#stream = open(this);
    const deadline = deps.clock.after(deps.limits.helloMs, () =>
      this.#refuse(new InterceptError('request_timeout', 'The agent did not say who it is in time.')),
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
      else if (state.t === 'challenged') this.#check(state, message);
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
    if (state.t === 'new' || state.t === 'challenged') state.deadline.cancel();
    if (state.t === 'session') state.session.onControlClosed();
  }

  #begin(hello: HelloMessage | undefined): void {
    if (hello === undefined) throw new InterceptError('protocol_violation', 'The agent did not begin with hello.');
    if (this.#state.t !== 'new') return;
    this.#hello = hello;
    const version = negotiateVersion(hello.versions, this.#deps.versions);
    if (this.#deps.proof === 'none') this.#open(this.#state.deadline, hello, version, undefined);
    else this.#challenge(this.#state.deadline, hello, version);
  }

  #challenge(deadline: Timer, hello: HelloMessage, version: number): void {
    const { publicKey } = hello;
    if (publicKey === undefined) {
      throw new InterceptError('not_signed_in', 'This manager takes agents that prove a key, and the agent named none.', {
        hint: 'Let `intercept` reach the manager through the cluster: leave --manager and INTERCEPT_MANAGER out.',
      });
    }
    const nonce = randomBytes(32);
    this.#state = { t: 'challenged', deadline, hello, version, publicKey, nonce };
    this.#stream.send(encodeManagerMessage({ t: 'challenge', nonce }));
  }

  #check({ deadline, hello, version, publicKey, nonce }: Challenged, message: ReceivedAgentMessage): void {
    switch (message.t) {
      case 'proof':
        if (!isProof(publicKey, { nonce, instance: hello.instance }, message.signature)) {
          throw new InterceptError('not_signed_in', 'The agent did not prove that it holds the key that it named.');
        }
        return this.#open(deadline, hello, version, Buffer.from(publicKey).toString('base64'));
      case 'goodbye':
        return this.#leave(deadline);
      case 'unknown':
        return;
      default:
        throw new InterceptError('protocol_violation', 'The agent did not answer the challenge.');
    }
  }

  #open(deadline: Timer, hello: HelloMessage, version: number, publicKey: string | undefined): void {
    const resume = version < 2 ? undefined : hello.resume;
    if (resume !== undefined) this.#deps.supersede(resume, hello);
    this.#deps.admit();
    deadline.cancel();
    const session = this.#createSession(hello, version);
    this.#state = { t: 'session', session };
    const takeLost = (): TunnelSession | undefined => (resume === undefined ? undefined : this.#deps.takeLost(resume, hello, session));
    // Not before everybody learned of the end of the session that was superseded.
    queueMicrotask(() => void this.#accept(session, { ...hello, publicKey, version }, takeLost));
  }

  #leave(deadline: Timer): void {
    deadline.cancel();
    this.#state = { t: 'closed' };
    this.#stream.finish();
  }

  async #accept(session: TunnelSession, hello: Hello, takeLost: () => TunnelSession | undefined): Promise<void> {
    const { instance, owner, client, actor, token, publicKey, version } = hello;
    try {
      session.start(await this.#deps.accept({ instance, owner, client, actor, token, publicKey, version }, session), takeLost);
    } catch (reason) {
      session.close(toShownError(reason, this.#deps.log));
    }
  }

  #createSession(holder: SessionHolder, version: number): TunnelSession {
    const { clock, log, limits, keeps, remoteAddress, breakConnection, onWelcome, onRegistered, onSession, onSessionEnd } = this.#deps;
    const session: TunnelSession = new TunnelSession(randomBytes(12).toString('base64url') as SessionId, randomBytes(32), {
      clock,
      log,
      limits,
      keeps,
      remoteAddress,
      holder,
      version,
      control: this.#stream,
      onWelcome,
      onRegistered,
      breakConnection,
      onEnd: (end) => onSessionEnd(session, end),
    });
    onSession(session);
    return session;
  }

  #refuse(error: InterceptError): void {
    if (this.#state.t !== 'new' && this.#state.t !== 'challenged') return;
    const { owner = '', client = '', actor } = this.#hello ?? {};
    this.#deps.onTurnedAway({ owner, client, actor, remoteAddress: this.#deps.remoteAddress }, error);
    this.#stream.send(encodeManagerMessage({ t: 'closed', error }));
    this.#leave(this.#state.deadline);
  }
}
