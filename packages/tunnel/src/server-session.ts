import { timingSafeEqual } from 'node:crypto';
import { InterceptError, type Clock, type InterceptId, type Log, type Pipe, type SessionId } from '@switchyard/contract';
import { encodeManagerMessage, type ManagerMessage, type ReceivedAgentMessage, type SessionEvent } from '@switchyard/wire';
import { SessionCredit } from './credit.ts';
import { startHeartbeat, type Heartbeat } from './heartbeat.ts';
import { fixedTunnelLimits, type TunnelLimits } from './limits.ts';
import type { MessageStream } from './message-stream.ts';
import { PipePool } from './pipe-pool.ts';
import { RequestDesk } from './request-desk.ts';
import type { CarryOwner, ServerCarry } from './server-carry.ts';
import type { ServerSession, SessionEnd, SessionEvents } from './session.ts';

/** Messages that may wait for an agent which does not read. */
const maxBacklog = fixedTunnelLimits.unreadMessages.value;

/** What a session needs from the server. */
export interface SessionDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly limits: TunnelLimits;
  readonly remoteAddress: string;
  readonly control: MessageStream;
  /** The session is taken: called once at most, before the agent learns of it. */
  onWelcome(): void;
  /** Breaks the connection of an agent that is dead: nothing that is sent would arrive. */
  breakConnection(): void;
  /** The session is over; called once. */
  onEnd(end: SessionEnd): void;
}

/** One agent's session at the manager's end. */
export class TunnelSession implements ServerSession, CarryOwner {
  readonly id: SessionId;
  readonly remoteAddress: string;
  readonly #secret: Buffer;
  readonly #deps: SessionDeps;
  readonly #credit: SessionCredit;
  readonly #pool: PipePool<ServerCarry>;
  readonly #carries = new Set<ServerCarry>();
  #events: SessionEvents | undefined;
  #desk: RequestDesk | undefined;
  #heartbeat: Heartbeat | undefined;
  #end: SessionEnd | undefined;

  constructor(id: SessionId, secret: Buffer, deps: SessionDeps) {
    this.id = id;
    this.remoteAddress = deps.remoteAddress;
    this.#secret = secret;
    this.#deps = deps;
    this.#credit = new SessionCredit(deps.clock, deps.limits);
    this.#pool = new PipePool(deps.clock, deps.limits, { askFor: (count) => this.#tell({ t: 'want_pipes', count }) });
  }

  /** Connections that it carries now. */
  get carrying(): number {
    return this.#carries.size - this.#pool.idleCount;
  }

  async openPipe(intercept: InterceptId, signal: AbortSignal): Promise<Pipe> {
    for (;;) {
      const carry = await this.#pool.take(this.carrying, signal);
      // It may have broken in the turn between.
      if (carry.idle) return carry.open(intercept, this.#credit.openWindow());
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

  /** The manager takes the session: the agent is welcome. */
  start(events: SessionEvents, version: number): void {
    this.#events = events;
    // It may be over already: the agent left while the manager made up its mind.
    if (this.#end !== undefined) return events.onClose(this.#end);
    const { clock, log, limits } = this.#deps;
    this.#desk = new RequestDesk({
      events,
      log,
      maxIntercepts: limits.maxInterceptsPerSession,
      reply: (request, result) => this.#tell({ t: 'reply', request, result }),
    });
    this.#heartbeat = startHeartbeat(clock, limits, { send: () => this.#tell({ t: 'heartbeat' }), onDead: () => this.#onDead() });
    const { firstIdlePipes: idlePipes, maxIdlePipes, maxPipesPerSession: maxPipes } = limits;
    this.#deps.onWelcome();
    this.#tell({ t: 'welcome', session: this.id, secret: this.#secret, version, idlePipes, maxIdlePipes, maxPipes });
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
    this.#finish({ t: 'lost', error: new InterceptError('tunnel_lost', "The connection to the developer's agent broke.") });
  }

  violate(error: InterceptError): void {
    this.#deps.log.warn('tunnel_violation', { session: this.id, code: error.code, reason: error.message });
    this.close(error);
  }

  /** Takes in a carry that presents `secret`; throws where it is wrong or the session has enough. */
  attach(carry: ServerCarry, secret: Uint8Array): CarryOwner {
    if (this.#end !== undefined || secret.length !== this.#secret.length || !timingSafeEqual(secret, this.#secret))
      throw toUnknownSession();
    const { maxPipesPerSession } = this.#deps.limits;
    if (this.#carries.size >= maxPipesPerSession) {
      throw new InterceptError('limit_reached', `A session has at most ${maxPipesPerSession} pipes.`);
    }
    this.#carries.add(carry);
    // The carry becomes idle when this returns; who waits for it goes on in a later turn.
    this.#pool.put(carry);
    return this;
  }

  detach(carry: ServerCarry): void {
    this.#carries.delete(carry);
    this.#pool.remove(carry);
  }

  #onDead(): void {
    this.#drop(`The developer's agent said nothing for ${this.#deps.limits.deadMs / 1000} s.`);
  }

  #tell(message: ManagerMessage): void {
    if (this.#end !== undefined) return;
    this.#deps.control.send(encodeManagerMessage(message));
    if (this.#deps.control.backlog() > maxBacklog) this.#drop("The developer's agent asks and does not read the answers.");
  }

  /** The agent would not read a reason either. */
  #drop(reason: string): void {
    this.#finish({ t: 'lost', error: new InterceptError('tunnel_lost', reason) });
    this.#deps.breakConnection();
  }

  #finish(end: SessionEnd): void {
    if (this.#end !== undefined) return;
    this.#end = end;
    this.#heartbeat?.stop();
    const lost = new InterceptError('tunnel_lost', "The developer's session ended while it carried this connection.");
    this.#pool.close(lost);
    for (const carry of this.#carries) carry.abandon(lost);
    this.#carries.clear();
    this.#deps.control.finish();
    this.#deps.onEnd(end);
    // Not inside of the method that caused it: the caller of `close` may be in the middle of a change.
    queueMicrotask(() => this.#events?.onClose(end));
  }
}

/** The same answer for a session that is unknown and a secret that is wrong: nobody learns which. */
export function toUnknownSession(): InterceptError {
  return new InterceptError('not_signed_in', 'The pipe belongs to no session of this manager.');
}

function toEarly(): InterceptError {
  return new InterceptError('protocol_violation', 'The agent asked for something before it was welcome.');
}
