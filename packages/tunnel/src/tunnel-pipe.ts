import type { InterceptError, Pipe, PipeHandler } from '@switchyard/contract';
import { encodeFrame, type Frame, type Progress, type UnknownFrame } from '@switchyard/wire';
import type { ReceiveWindow } from './credit.ts';
import type { KeepBudget } from './kept-bytes.ts';
import { ReceiveHalf } from './receive-half.ts';
import { SendHalf, type SendFrame } from './send-half.ts';

/** What carries the frames of one pipe. */
export interface Carrier {
  readonly send: SendFrame;
  /** No frame follows from our side: called once, when both halves are done or one end aborted. */
  finish(): void;
}

/** Where one end of a pipe stands: what it has, and how much more it takes. */
export interface Standing {
  readonly windowBytes: number;
  readonly progress: Progress;
}

/** What a new pipe stands on. */
export interface TunnelPipeOptions {
  /** What the peer promised to take. */
  readonly creditBytes: number;
  /** What the peer was promised. */
  readonly window: ReceiveWindow;
  /** What it may keep of what it sent; undefined: nothing, and it ends with its carrier. */
  readonly budget: KeepBudget | undefined;
}

/**
 * What this end still owes the peer: `open` all that is not done, `resetting` the news that it aborted, `over` nothing.
 * The handler may have been told that the pipe is closed before.
 */
type Wire = { readonly t: 'open' } | { readonly t: 'resetting'; readonly error: InterceptError } | { readonly t: 'over' };

/**
 * One pipe, at either end of the tunnel. Sans-IO: the driver hands it what arrives (`receive…`, `carrier…`), and it answers through the
 * `Carrier`. The two halves end on their own; the carrier is finished only when both did, as gRPC cannot end one alone. Where a carrier is
 * lost the pipe may go on with another one.
 */
export class TunnelPipe implements Pipe {
  /** Undefined while it has none. */
  #carrier: Carrier | undefined;
  readonly #sending: SendHalf;
  readonly #receiving: ReceiveHalf;
  readonly #keeps: boolean;
  #handler: PipeHandler | undefined;
  #flowing = false;
  #interrupted = false;
  #scheduled = false;
  #wire: Wire = { t: 'open' };
  /** What the handler learns: the pipe is decided to be over, and then it was told. */
  #life: { readonly t: 'open' } | { readonly t: 'over'; readonly error: InterceptError | undefined } | { readonly t: 'told' } = {
    t: 'open',
  };

  constructor(carrier: Carrier, { creditBytes, window, budget }: TunnelPipeOptions) {
    this.#carrier = carrier;
    this.#receiving = new ReceiveHalf(window);
    this.#sending = new SendHalf(carrier.send, creditBytes, budget);
    this.#keeps = budget !== undefined;
  }

  get bufferedBytes(): number {
    return this.#sending.bufferedBytes;
  }

  get interrupted(): boolean {
    return this.#interrupted;
  }

  /** What to tell the peer on another carrier. */
  get standing(): Standing {
    return { windowBytes: this.#receiving.promisedBytes, progress: this.#receiving.progress };
  }

  write(bytes: Buffer): boolean {
    return this.#sending.write(bytes);
  }

  end(): void {
    this.#sending.end();
    this.#settle();
  }

  reset(reason: InterceptError): void {
    if (this.#life.t !== 'open') return;
    const done = this.#done;
    this.#close(reason);
    if (done) return;
    this.#sending.abort();
    this.#wire = { t: 'resetting', error: reason };
    this.#sendReset(reason);
  }

  pause(): void {
    this.#flowing = false;
  }

  resume(): void {
    this.#flowing = true;
    if (this.#receiving.waiting) this.#schedule();
  }

  attach(handler: PipeHandler): void {
    this.#handler = handler;
    this.#schedule();
  }

  /** Bytes came. Throws `protocol_violation` where the peer may not send them. */
  receiveData(bytes: Buffer): void {
    if (this.#life.t !== 'open') return;
    this.#receiving.receive(bytes);
    if (this.#flowing && !this.#receiving.waiting && this.#handler !== undefined) this.#deliverData(bytes);
    else this.#receiving.hold(bytes);
  }

  /** Any other frame came (or data on the slow path). Throws `protocol_violation`. */
  receive(frame: Frame | UnknownFrame): void {
    switch (frame.t) {
      case 'data':
        return this.receiveData(frame.bytes);
      case 'window':
        return this.#receiveCredit(frame.bytes, frame.receivedBytes);
      case 'end':
        this.#receiving.end();
        this.#settle();
        return this.#schedule();
      case 'reset':
        return this.abandon(frame.error);
      case 'unknown':
    }
  }

  #receiveCredit(count: number, receivedBytes: number): void {
    if (this.#wire.t !== 'open') return;
    this.#sending.addCredit(count, receivedBytes);
    this.#settle();
    this.#schedule();
  }

  /** The way is free again after the carrier's `send` said false. */
  carrierDrained(): void {
    if (this.#wire.t !== 'open') return;
    this.#sending.unblock();
    this.#settle();
    this.#schedule();
  }

  /**
   * The carrier is gone; `inOrder` where the peer ended it, and not the network. True: the pipe waits for `carryOn` or `abandon`. False: it
   * is over, with `error` unless both halves were done.
   */
  carrierClosed(error: InterceptError, inOrder: boolean): boolean {
    this.#carrier = undefined;
    this.#sending.suspend();
    const acknowledged = inOrder && (this.#done || this.#wire.t === 'resetting');
    this.#interrupted = !acknowledged && this.#resumable;
    if (!this.#interrupted) this.abandon(error);
    return this.#interrupted;
  }

  /** Goes on with a new carrier, from where the peer stands. Throws `protocol_violation` where it cannot stand there. */
  carryOn(carrier: Carrier, { windowBytes, progress }: Standing): void {
    this.#carrier = carrier;
    this.#interrupted = false;
    if (this.#wire.t === 'resetting') return this.#sendReset(this.#wire.error);
    this.#sending.resume(carrier.send, windowBytes, progress);
    this.#settle();
    this.#schedule();
  }

  /** Nothing can be said to the peer any more, or it aborted: closes with `error`, unless both halves are done. */
  abandon(error: InterceptError): void {
    if (!this.#done) this.#close(error);
    this.#wire = { t: 'over' };
    this.#interrupted = false;
    this.#sending.abort();
    this.#finish();
  }

  /** Whether both halves are done on the wire, as far as this end knows. */
  get #done(): boolean {
    return this.#sending.ended && this.#receiving.ended;
  }

  get #resumable(): boolean {
    return this.#wire.t === 'resetting' ? this.#keeps : this.#wire.t === 'open' && this.#sending.resumable;
  }

  #close(error: InterceptError): void {
    if (this.#life.t !== 'open') return;
    this.#life = { t: 'over', error };
    this.#receiving.abort();
    this.#schedule();
  }

  #sendReset(error: InterceptError): void {
    this.#carrier?.send(encodeFrame({ t: 'reset', error }));
    this.#finish();
  }

  #finish(): void {
    this.#carrier?.finish();
    this.#carrier = undefined;
  }

  /** Finishes the carrier when both halves are done, and the pipe when the handler has had everything. */
  #settle(): void {
    if (!this.#done) return;
    this.#finish();
    if (!this.#receiving.told || this.#life.t !== 'open') return;
    this.#life = { t: 'over', error: undefined };
    this.#schedule();
  }

  /** Events are delivered from a microtask, so that none runs inside of the method that caused it. */
  #schedule(): void {
    if (this.#scheduled || this.#handler === undefined || this.#life.t === 'told') return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.#deliver();
    });
  }

  #deliver(): void {
    while (this.#flowing) {
      const bytes = this.#receiving.take();
      if (bytes === undefined) break;
      this.#deliverData(bytes);
    }
    if (this.#flowing && this.#life.t === 'open' && this.#receiving.takeEnd()) {
      this.#handler?.onEnd();
      this.#settle();
    }
    if (this.#sending.takeDrain()) this.#handler?.onDrain();
    if (this.#life.t === 'over') {
      const { error } = this.#life;
      this.#life = { t: 'told' };
      this.#handler?.onClose(error);
    }
  }

  #deliverData(bytes: Buffer): void {
    const count = bytes.length;
    this.#handler?.onData(bytes);
    const granted = this.#receiving.consume(count);
    if (granted === 0 || this.#life.t !== 'open') return;
    const { receivedBytes } = this.#receiving.progress;
    this.#carrier?.send(encodeFrame({ t: 'window', bytes: granted, receivedBytes }));
  }
}
