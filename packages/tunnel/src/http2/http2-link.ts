import type { Socket } from 'node:net';
import { InterceptError, type Clock } from '@switchyard/contract';
import { fixedTunnelLimits } from '../limits.ts';
import { FrameOutput } from './frame-output.ts';
import { Http2Connection, type Http2Deps } from './http2-connection.ts';

/** Written at once, whatever the turn may still bring. */
const flushBytes = 64 * 1024;
const closeMs = fixedTunnelLimits.http2CloseMs.value;

/** What a link is made of. */
export type Http2LinkOptions = Pick<Http2Deps, 'role' | 'maxStreams' | 'maxResets' | 'windowBytes' | 'onStream'> & {
  readonly clock: Clock;
  /** The connection is gone: exactly once. */
  onClose(): void;
};

/**
 * An HTTP/2 connection and the socket that it gets, which it owns then. What all streams say within one turn of the event loop leaves by
 * one write. What comes is read as far as the connection's share of a turn allows; then the socket waits.
 */
export class Http2Link {
  readonly connection: Http2Connection;
  readonly #clock: Clock;
  readonly #onClose: () => void;
  readonly #output = new FrameOutput();
  #socket: Socket | undefined;
  /** What came and waits for the next turn. */
  #rest: Buffer | undefined;
  #scheduled = false;

  constructor({ onClose, clock, ...options }: Http2LinkOptions) {
    this.#clock = clock;
    this.#onClose = onClose;
    this.connection = new Http2Connection({
      ...options,
      output: this.#output,
      outBytes: () => this.#output.length + (this.#socket?.writableLength ?? 0),
      wake: () => this.#wake(),
    });
  }

  /** Runs on `socket`, which is connected; what was said meanwhile is sent. */
  attach(socket: Socket): void {
    this.#socket = socket;
    socket.on('data', (bytes: Buffer) => this.#read(socket, bytes));
    socket.on('drain', () => this.connection.drain());
    socket.on('error', () => {});
    socket.on('close', () => {
      this.connection.close();
      this.#onClose();
    });
    this.#flush();
  }

  /** Ends the connection after what was sent; every stream is over at once. `error` tells the other end what it did. */
  close(error?: InterceptError): void {
    this.connection.goAway(error);
    this.#flush();
    this.connection.close();
    const socket = this.#socket;
    if (socket === undefined) return;
    if (socket.writableLength > 0) {
      const timer = this.#clock.after(closeMs, () => socket.destroy());
      socket.once('close', () => timer.cancel());
    }
    socket.destroySoon();
  }

  #read(socket: Socket, bytes: Buffer): void {
    try {
      const taken = this.connection.receive(bytes);
      this.#rest = taken < bytes.length ? bytes.subarray(taken) : undefined;
    } catch (reason) {
      this.#rest = undefined;
      return this.close(InterceptError.from(reason));
    }
    if (this.#rest !== undefined) socket.pause();
    this.#wake();
  }

  #wake(): void {
    if (this.#output.length >= flushBytes) this.#flush();
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => this.#endTurn());
  }

  #endTurn(): void {
    this.#scheduled = false;
    this.connection.refill();
    this.#goOn();
    this.#flush();
    this.connection.drain();
  }

  /** Reads what waited, and then the socket again. */
  #goOn(): void {
    const [socket, rest] = [this.#socket, this.#rest];
    if (socket === undefined || rest === undefined) return;
    this.#read(socket, rest);
    if (this.#rest === undefined) socket.resume();
  }

  #flush(): void {
    if (this.#socket === undefined || this.#socket.destroyed) return;
    const pieces = this.#output.take();
    if (pieces.length === 0) return;
    this.#socket.cork();
    for (const piece of pieces) this.#socket.write(piece);
    this.#socket.uncork();
  }
}
