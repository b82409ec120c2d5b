import type { Socket } from 'node:net';
import { InterceptError, type Code, type Pipe, type PipeHandler } from '@switchyard/contract';
import { abortSocket } from '@switchyard/runtime';
import { routerLimits } from './limits.ts';

const maxWaiting = routerLimits.pendingWrites.value;

/** A TCP socket as a `Pipe`. Takes the socket over: nobody else may listen to or end it. The socket must allow half-open. */
export class SocketPipe implements Pipe {
  readonly #socket: Socket;
  readonly #lossCode: Code;
  #handler: PipeHandler | undefined;
  #error: Error | undefined;
  /** Pieces written while others waited. */
  #waiting = 0;

  /** @param lossCode the code of `onClose`'s error when the peer resets the connection */
  constructor(socket: Socket, lossCode: Code) {
    this.#socket = socket;
    this.#lossCode = lossCode;
    socket.pause();
    socket.on('error', (error) => {
      this.#error = error;
    });
  }

  get bufferedBytes(): number {
    return this.#socket.writableLength;
  }

  attach(handler: PipeHandler): void {
    const first = this.#handler === undefined;
    this.#handler = handler;
    if (first) this.#listen();
  }

  write(bytes: Buffer): boolean {
    const socket = this.#socket;
    if (!socket.writable) return true;
    if (socket.writableLength === 0) {
      this.#waiting = 0;
      return socket.write(bytes);
    }
    // Small pieces that wait hold far more memory than their bytes, so they are counted too.
    if (++this.#waiting !== maxWaiting) return socket.write(bytes) && this.#waiting < maxWaiting;
    socket.write(bytes, () => {
      this.#waiting = 0;
      this.#handler?.onDrain();
    });
    return false;
  }

  end(): void {
    this.#socket.end();
  }

  reset(reason: InterceptError): void {
    if (this.#socket.destroyed) return;
    this.#error ??= reason;
    abortSocket(this.#socket);
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  /** For a socket that reads through `onread` and so emits no data: hands over what was read. */
  deliver(bytes: Buffer): void {
    this.#handler?.onData(bytes);
  }

  #listen(): void {
    const socket = this.#socket;
    socket.on('data', (bytes: Buffer) => this.#handler?.onData(bytes));
    socket.on('end', () => this.#handler?.onEnd());
    socket.on('drain', () => this.#handler?.onDrain());
    socket.on('close', () => this.#handler?.onClose(this.#lossOf(this.#error)));
  }

  #lossOf(error: Error | undefined): InterceptError | undefined {
    if (error === undefined || error instanceof InterceptError) return error;
    return new InterceptError(this.#lossCode, 'The connection was lost.', { cause: error });
  }
}
