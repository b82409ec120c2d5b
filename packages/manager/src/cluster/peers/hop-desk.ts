import { STATUS_CODES, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { codes, InterceptError, type Clock, type Log, type Metrics, type Pipe } from '@switchyard/contract';
import { dialSocket, routerLimits, SocketPipe, splice } from '@switchyard/router';
import { createSeats, toPlainAddress, type Seat, type Seats } from '@switchyard/runtime';
import { readBearer } from '@switchyard/tunnel';
import { createRefusalGate, type IsTooMuch } from '../../audit/refusal-gate.ts';
import type { LiveSession } from '../intercepts/intercept-keeper.ts';
import { hopProtocol, parseHopPath } from './hop.ts';
import type { IdentifyPeer } from './peer-guard.ts';

/** What the desk works with. */
export interface HopDeskDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly identify: IdentifyPeer;
  /** The session of the intercept `uid` with this manager itself: what comes from a peer goes on to no other one. */
  readonly findSession: (uid: string) => LiveSession | undefined;
}

/** Bounds of the desk: `peerLimits`. */
export interface HopDeskLimits {
  readonly peerWaiting: number;
  readonly hopsPerPeer: number;
  readonly hopAnswerMs: number;
}

/** Answers peers that ask for sessions: each connection becomes one of the session's, or is refused and closed. */
export class HopDesk {
  readonly #deps: HopDeskDeps;
  readonly #limits: HopDeskLimits;
  readonly #waiting: Seats;
  readonly #seats: WeakMap<Socket, Seat> = new WeakMap();
  readonly #hops: Map<string, number> = new Map();
  readonly #count: (outcome: string) => void;
  readonly #isTooMuch: IsTooMuch;

  constructor(deps: HopDeskDeps, limits: HopDeskLimits) {
    this.#deps = deps;
    this.#limits = limits;
    this.#waiting = createSeats(limits.peerWaiting);
    this.#isTooMuch = createRefusalGate(deps.clock);
    deps.metrics.gauge({ name: 'switchyard_peer_hops', help: 'Connections of other managers to sessions that this one has.' }, () =>
      this.#hops.values().reduce((sum, count) => sum + count, 0),
    );
    const outcomes = deps.metrics.counter({
      name: 'switchyard_peer_requests_total',
      help: 'Connections to sessions that other managers asked this one for, by outcome: opened, or the code of the failure.',
      labels: ['outcome'],
    });
    this.#count = (outcome) => outcomes.add(1, { outcome });
  }

  /** Somebody connected, and has a seat until they prove who they are or are gone: also those who ask nothing, or stay after a refusal. */
  welcome(socket: Socket): void {
    const seat = this.#waiting.take(toPlainAddress(socket.remoteAddress ?? ''), () => socket.destroy());
    this.#seats.set(socket, seat);
    socket.once('close', () => seat.leave());
  }

  /** Takes over a connection on which `request` asks for a session; `head` came behind it. It was welcomed before. */
  async serve(request: IncomingMessage, socket: Socket, head: Buffer): Promise<void> {
    const { clock, log } = this.#deps;
    const from = toPlainAddress(socket.remoteAddress ?? '');
    const pipe = new SocketPipe(socket, 'tunnel_lost');
    const over = new AbortController();
    // Whoever says or ends anything before the answer is no peer, or one whose caller is gone.
    const giveUp = (): void => over.abort();
    pipe.attach({ onData: giveUp, onEnd: giveUp, onDrain: ignore, onClose: giveUp });
    pipe.resume();
    const timer = clock.after(this.#limits.hopAnswerMs, giveUp);
    try {
      const { inner, leave } = await this.#open(request, from, head, over.signal);
      this.#count('opened');
      this.#seats.get(socket)?.leave();
      if (socket.destroyed) {
        // A connection that closed meanwhile tells nothing any more.
        inner.reset(new InterceptError('canceled', 'The peer is gone.'));
        leave();
      } else {
        pipe.write(agreed);
        splice(pipe, inner, { onBytes: ignore, onClosed: leave });
      }
    } catch (reason) {
      const error = InterceptError.from(reason);
      this.#count(error.code);
      const level = codes[error.code].fault === 'user' && !over.signal.aborted ? 'warn' : 'debug';
      if (!this.#isTooMuch(from)) log[level]('peer_refused', { from, code: error.code, reason: error.message });
      refuse(pipe, error);
    } finally {
      timer.cancel();
    }
  }

  async #open({ headers, url = '' }: IncomingMessage, from: string, head: Buffer, signal: AbortSignal): Promise<Opened> {
    if (head.length > 0) throw new InterceptError('protocol_violation', 'The peer sent bytes before it was answered.');
    const { name } = await this.#deps.identify(readBearer(headers.authorization ?? ''), from);
    const target = headers.upgrade === hopProtocol ? parseHopPath(url) : undefined;
    if (target === undefined) throw new InterceptError('bad_usage', 'The peer asked for nothing that is known here.');
    const found = this.#deps.findSession(target.uid);
    if (found?.id !== target.id) throw new InterceptError('intercept_not_found', 'The session of this intercept is not here.');
    const leave = this.#enter(name);
    try {
      return { inner: await this.#dial(found, signal), leave };
    } catch (error) {
      leave();
      throw error;
    }
  }

  /** Counts a connection of that peer. Returns how to say that it is over. */
  #enter(peer: string): () => void {
    const count = this.#hops.get(peer) ?? 0;
    if (count >= this.#limits.hopsPerPeer)
      throw new InterceptError('limit_reached', `${peer} has ${count} connections, and no more are allowed.`);
    this.#hops.set(peer, count + 1);
    return () => {
      const rest = (this.#hops.get(peer) ?? 1) - 1;
      if (rest === 0) this.#hops.delete(peer);
      else this.#hops.set(peer, rest);
    };
  }

  #dial({ id, session, direct }: LiveSession, signal: AbortSignal): Promise<Pipe> {
    if (direct === undefined) return session.openPipe(id, signal);
    return dialSocket(direct, { clock: this.#deps.clock, timeoutMs: routerLimits.dialTimeoutMs.value, signal });
  }
}

interface Opened {
  readonly inner: Pipe;
  /** To be called once the pipe is over. */
  readonly leave: () => void;
}

const agreed = Buffer.from(`HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: ${hopProtocol}\r\n\r\n`);

function refuse(pipe: Pipe, { code }: InterceptError): void {
  const { http } = codes[code];
  const head = `HTTP/1.1 ${http} ${STATUS_CODES[http] ?? ''}\r\nx-intercept-error: ${code}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`;
  pipe.write(Buffer.from(head));
  pipe.end();
  // The peer has nothing to say any more: its end is read, so that the socket closes.
  pipe.resume();
}

function ignore(): void {}
