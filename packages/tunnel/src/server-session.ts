import { timingSafeEqual } from 'node:crypto';
import { InterceptError, type Clock, type InterceptId, type Log, type Pipe, type SessionId } from '@switchyard/contract';
import {
  encodeManagerMessage,
  type AttachFrame,
  type HelloMessage,
  type ManagerMessage,
  type ReceivedAgentMessage,
  type SessionEvent,
} from '@switchyard/wire';
import { Estate } from './estate.ts';
import { startHeartbeat, type Heartbeat } from './heartbeat.ts';
import type { KeepBudget } from './kept-bytes.ts';
import { fixedTunnelLimits, type TunnelLimits } from './limits.ts';
import type { MessageStream } from './message-stream.ts';
import { PipePool } from './pipe-pool.ts';
import { RequestDesk } from './request-desk.ts';
import type { Attached, OpenedPipe, ServerCarry } from './server-carry.ts';
import type { ServerSession, SessionEnd, SessionEvents } from './session.ts';

/** Messages that may wait for an agent which does not read. */
const maxBacklog = fixedTunnelLimits.unreadMessages.value;

/** Whose session it is: who resumes it has to be the same. */
export type SessionHolder = Pick<HelloMessage, 'instance' | 'owner' | 'publicKey'>;

/** What a session needs from the server. */
export interface SessionDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly limits: TunnelLimits;
  /** What all sessions may keep of what they sent. */
  readonly keeps: KeepBudget;
  readonly remoteAddress: string;
  readonly holder: SessionHolder;
  /** The negotiated version of the protocol. */
  readonly version: number;
  readonly control: MessageStream;
  /** The session is taken: called once at most, before the agent learns of it. */
  onWelcome(): void;
  /** An intercept is this session's now. */
  onRegistered(id: InterceptId): void;
  /** Breaks the connection of an agent that is dead: nothing that is sent would arrive. */
  breakConnection(): void;
  /** The session is over; called once. */
  onEnd(end: SessionEnd): void;
}

/** One agent's session at the manager's end. */
export class TunnelSession implements ServerSession {
  readonly id: SessionId;
  readonly remoteAddress: string;
  readonly #secret: Buffer;
  readonly #deps: SessionDeps;
  #estate: Estate<OpenedPipe>;
  readonly #pool: PipePool<ServerCarry>;
  /** By the pipe's number. */
  readonly #carries = new Map<number, ServerCarry>();
  /** Numbers for pipes of version 1, which have none. */
  #lastNumber = 0;
  #events: SessionEvents | undefined;
  #desk: RequestDesk | undefined;
  #heartbeat: Heartbeat | undefined;
  #end: SessionEnd | undefined;

  constructor(id: SessionId, secret: Buffer, deps: SessionDeps) {
    this.id = id;
    this.remoteAddress = deps.remoteAddress;
    this.#secret = secret;
    this.#deps = deps;
    this.#estate = new Estate(deps.clock, deps.limits, deps.version, deps.keeps);
    this.#pool = new PipePool(deps.clock, deps.limits, { askFor: (count) => this.#tell({ t: 'want_pipes', count }) });
  }

  /** Connections that it carries now. */
  get carrying(): number {
    return this.#pipes - this.#pool.idleCount;
  }

  get #pipes(): number {
    return this.#carries.size + this.#estate.suspended.size;
  }

  async openPipe(intercept: InterceptId, signal: AbortSignal): Promise<Pipe> {
    for (;;) {
      const carry = await this.#pool.take(this.carrying, signal);
      // It may have broken in the turn between.
      if (carry.idle) return carry.open(intercept, this.#estate.credit.openWindow(), this.#estate.budget);
    }
  }

  notify(event: SessionEvent): void {
    if (event.t === 'intercept_ended') this.#desk?.forget(event.id);
    this.#tell({ t: 'event', event });
  }

  close(error: InterceptError): void {
    if (this.#end !== undefined) return;
    this.#tell({ t: 'closed', error });
    this.#finish({ t: 'lost', error });
  }

  /** Whether `holder` may resume it with `secret`. Says the same, and as fast, for every wrong secret. */
  mayBeResumed(holder: SessionHolder, secret: Uint8Array): boolean {
    return this.#knows(secret) && isSameHolder(this.#deps.holder, holder);
  }

  /** Its agent is back on another connection: it is lost, whatever its own connection seems to be. */
  supersede(): void {
    this.#finish({ t: 'lost', error: new InterceptError('tunnel_lost', "The developer's agent came back on another connection.") }, true);
  }

  /** Whether a lost session left something to go on with. */
  get leavesPipes(): boolean {
    return this.#estate.suspended.size > 0;
  }

  /** Nobody resumes this lost session: what it left is over, or what it left of one intercept. */
  dissolve(intercept?: InterceptId): void {
    this.#estate.suspended.close(toEnded(), (opened) => intercept === undefined || opened.intercept === intercept);
  }

  /** The manager takes the session: the agent is welcome. It goes on with the pipes of the lost session that `takeLost` gives. */
  start(events: SessionEvents, takeLost: () => TunnelSession | undefined): void {
    this.#events = events;
    // It may be over already: the agent left while the manager made up its mind.
    if (this.#end !== undefined) return events.onClose(this.#end);
    const resumed = takeLost();
    if (resumed !== undefined) this.#estate = resumed.#estate;
    const { clock, log, limits } = this.#deps;
    this.#desk = new RequestDesk({
      events,
      log,
      maxIntercepts: limits.maxInterceptsPerSession,
      reply: (request, result) => this.#tell({ t: 'reply', request, result }),
      onRegistered: this.#deps.onRegistered,
    });
    this.#heartbeat = startHeartbeat(clock, limits, { send: () => this.#tell({ t: 'heartbeat' }), onDead: () => this.#onDead() });
    const { firstIdlePipes: idlePipes, maxIdlePipes, maxPipesPerSession: maxPipes } = limits;
    this.#deps.onWelcome();
    this.#tell({
      t: 'welcome',
      session: this.id,
      secret: this.#secret,
      version: this.#deps.version,
      idlePipes,
      maxIdlePipes,
      maxPipes,
      resumed: resumed !== undefined,
    });
  }

  /** A message came on the control stream. */
  receive(message: ReceivedAgentMessage): void {
    if (this.#end !== undefined) return;
    this.#heartbeat?.heard();
    switch (message.t) {
      case 'register':
      case 'unregister':
      case 'renew':
        return this.#desk === undefined ? this.violate(toEarly()) : this.#desk.take(message);
      case 'invalid':
        return this.#tell({ t: 'reply', request: message.request, result: { t: 'failure', error: message.error } });
      case 'goodbye':
        return this.#finish({ t: 'goodbye' });
      case 'hello':
        return this.violate(new InterceptError('protocol_violation', 'The agent said hello twice.'));
      case 'proof':
        return this.violate(new InterceptError('protocol_violation', 'The agent sent a proof that nobody asked for.'));
      case 'heartbeat':
      case 'unknown':
    }
  }

  /** The control stream is gone. */
  onControlClosed(): void {
    this.#finish({ t: 'lost', error: new InterceptError('tunnel_lost', "The connection to the developer's agent broke.") }, true);
  }

  violate(error: InterceptError): void {
    this.#deps.log.warn('tunnel_violation', { session: this.id, code: error.code, reason: error.message });
    this.close(error);
  }

  /** Takes in a carry that presents the secret; throws where it is wrong, the pipe is gone or the session has enough. */
  attach(carry: ServerCarry, { secret, pipe, progress }: AttachFrame): Attached {
    if (this.#end !== undefined || !this.#knows(secret)) throw toUnknownSession();
    const number = this.#deps.version < 2 ? ++this.#lastNumber : pipe;
    if (number === 0) throw new InterceptError('protocol_violation', 'The agent attached a pipe without a number.');
    const suspended = this.#takeUp(number);
    if (suspended === undefined && progress !== undefined) {
      throw new InterceptError('tunnel_lost', 'What the pipe carried is over: it was suspended for too long, or never opened.');
    }
    const { maxPipesPerSession } = this.#deps.limits;
    if (suspended === undefined && this.#pipes >= maxPipesPerSession) {
      throw new InterceptError('limit_reached', `A session has at most ${maxPipesPerSession} pipes.`);
    }
    this.#carries.set(number, carry);
    // The carry becomes idle when this returns; who waits for it goes on in a later turn.
    if (suspended === undefined) this.#pool.put(carry);
    return { owner: { detach: (gone, left) => this.#detach(number, gone, left), violate: (error) => this.violate(error) }, suspended };
  }

  /** The pipe of that number, with its earlier stream ended, where it carries a connection already. */
  #takeUp(number: number): OpenedPipe | undefined {
    const earlier = this.#carries.get(number);
    if (earlier === undefined) return this.#estate.suspended.take(number);
    this.#carries.delete(number);
    this.#pool.remove(earlier);
    return earlier.leave(toEnded());
  }

  #detach(number: number, carry: ServerCarry, left: OpenedPipe | undefined): void {
    if (this.#carries.get(number) === carry) this.#carries.delete(number);
    this.#pool.remove(carry);
    if (left !== undefined) this.#estate.suspended.add(number, left, toEnded());
  }

  #knows(secret: Uint8Array): boolean {
    return secret.length === this.#secret.length && timingSafeEqual(secret, this.#secret);
  }

  #onDead(): void {
    this.#drop(`The developer's agent said nothing for ${this.#deps.limits.deadMs / 1000} s.`, true);
  }

  #tell(message: ManagerMessage): void {
    if (this.#end !== undefined) return;
    this.#deps.control.send(encodeManagerMessage(message));
    if (this.#deps.control.backlog() > maxBacklog) this.#drop("The developer's agent asks and does not read the answers.", false);
  }

  /** The agent would not read a reason either. */
  #drop(reason: string, resumable: boolean): void {
    this.#finish({ t: 'lost', error: new InterceptError('tunnel_lost', reason) }, resumable);
    this.#deps.breakConnection();
  }

  #finish(end: SessionEnd, resumable = false): void {
    if (this.#end !== undefined) return;
    this.#end = end;
    this.#heartbeat?.stop();
    const lost = toEnded();
    this.#pool.close(lost);
    for (const [number, carry] of this.#carries) {
      const left = carry.leave(lost);
      if (left !== undefined) this.#estate.suspended.add(number, left, lost);
    }
    this.#carries.clear();
    if (!resumable) this.dissolve();
    this.#deps.control.finish();
    this.#deps.onEnd(end);
    // Not inside of the method that caused it: the caller of `close` may be in the middle of a change.
    queueMicrotask(() => this.#events?.onClose(end));
  }
}

function isSameHolder(known: SessionHolder, other: SessionHolder): boolean {
  const sameKey = Buffer.compare(known.publicKey ?? Buffer.alloc(0), other.publicKey ?? Buffer.alloc(0)) === 0;
  return known.instance === other.instance && known.owner === other.owner && sameKey;
}

function toEnded(): InterceptError {
  return new InterceptError('tunnel_lost', "The developer's session ended while it carried this connection.");
}

/** The same answer for a session that is unknown and a secret that is wrong: nobody learns which. */
export function toUnknownSession(): InterceptError {
  return new InterceptError('not_signed_in', 'The pipe belongs to no session of this manager.');
}

function toEarly(): InterceptError {
  return new InterceptError('protocol_violation', 'The agent asked for something before it was welcome.');
}
