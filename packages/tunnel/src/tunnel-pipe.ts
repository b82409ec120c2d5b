import { InterceptError, type Pipe, type PipeHandler } from '@switchyard/contract';
import { encodeFrame, maxDataBytes, type Frame, type UnknownFrame } from '@switchyard/wire';
import { ByteQueue } from './byte-queue.ts';
import type { ReceiveWindow } from './credit.ts';
import { SendHalf, type SendFrame } from './send-half.ts';

/** What carries the frames of one pipe. */
export interface Carrier {
  readonly send: SendFrame;
  /** No frame follows from our side: called once, when both halves are done or one end aborted. */
  finish(): void;
}

/**
 * One pipe, at either end of the tunnel. Sans-IO: the driver hands it what arrives (`receive…`, `carrier…`), and it answers through the
 * `Carrier`. The two halves end on their own; the carrier is finished only when both did, as gRPC cannot end one alone.
 */
export class TunnelPipe implements Pipe {
  readonly #carrier: Carrier;
  readonly #window: ReceiveWindow;
  readonly #sending: SendHalf;
  readonly #held = new ByteQueue();
  #handler: PipeHandler | undefined;
  #flowing = false;
  #scheduled = false;
  #finished = false;
  /** The peer's half: its end came, and then the handler was told. */
  #receiving: 'open' | 'ended' | 'told' = 'open';
  /** The whole pipe: decided to be over, and then the handler was told. */
  #life: { readonly t: 'open' } | { readonly t: 'over'; readonly error: InterceptError | undefined } | { readonly t: 'told' } = {
    t: 'open',
  };

  /** `creditBytes` is what the peer promised to take, `window` what it was promised. */
  constructor(carrier: Carrier, creditBytes: number, window: ReceiveWindow) {
    this.#carrier = carrier;
    this.#window = window;
    this.#sending = new SendHalf(carrier.send, creditBytes);
  }

  get bufferedBytes(): number {
    return this.#sending.bufferedBytes;
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
    if (!this.#finished) this.#carrier.send(encodeFrame({ t: 'reset', error: reason }));
    this.#abort(reason);
  }

  pause(): void {
    this.#flowing = false;
  }

  resume(): void {
    this.#flowing = true;
    if (this.#held.length > 0 || this.#receiving === 'ended') this.#schedule();
  }

  attach(handler: PipeHandler): void {
    this.#handler = handler;
    this.#schedule();
  }

  /** Bytes came. Throws `protocol_violation` where the peer may not send them. */
  receiveData(bytes: Buffer): void {
    if (this.#life.t !== 'open') return;
    if (this.#receiving !== 'open') throw toViolation('sent data after the end of its half');
    if (bytes.length === 0 || bytes.length > maxDataBytes) throw toViolation(`sent a data frame of ${bytes.length} bytes`);
    if (!this.#window.receive(bytes.length)) throw toViolation('sent more than it had credit for');
    if (this.#flowing && this.#held.length === 0 && this.#handler !== undefined) this.#deliverData(bytes);
    else this.#held.push(bytes);
  }

  /** Any other frame came (or data on the slow path). Throws `protocol_violation`. */
  receive(frame: Frame | UnknownFrame): void {
    switch (frame.t) {
      case 'data':
        return this.receiveData(frame.bytes);
      case 'window':
        return this.#receiveCredit(frame.bytes);
      case 'end':
        if (this.#receiving === 'open') this.#receiving = 'ended';
        this.#settle();
        return this.#schedule();
      case 'reset':
        return this.#abort(frame.error);
      case 'unknown':
    }
  }

  #receiveCredit(count: number): void {
    if (this.#life.t !== 'open') return;
    this.#sending.addCredit(count);
    this.#settle();
    this.#schedule();
  }

  /** The way is free again after the carrier's `send` said false. */
  carrierDrained(): void {
    if (this.#life.t !== 'open') return;
    this.#sending.unblock();
    this.#settle();
    this.#schedule();
  }

  /** The carrier is gone. Nothing happens where both halves were done. */
  carrierClosed(error: InterceptError): void {
    if (this.#finished) return;
    this.#finished = true;
    this.#abort(error);
  }

  #abort(error: InterceptError): void {
    if (this.#life.t !== 'open') return;
    this.#life = { t: 'over', error };
    this.#sending.abort();
    this.#held.clear();
    this.#window.close();
    this.#finish();
    this.#schedule();
  }

  /** Finishes the carrier when both halves are done, and the pipe when the handler has had everything. */
  #settle(): void {
    if (this.#life.t !== 'open' || !this.#sending.ended || this.#receiving === 'open') return;
    this.#finish();
    if (this.#receiving !== 'told') return;
    this.#life = { t: 'over', error: undefined };
    this.#schedule();
  }

  #finish(): void {
    if (this.#finished) return;
    this.#finished = true;
    this.#carrier.finish();
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
      const bytes = this.#held.shift();
      if (bytes === undefined) break;
      this.#deliverData(bytes);
    }
    if (this.#receiving === 'ended' && this.#flowing && this.#held.length === 0 && this.#life.t === 'open') {
      this.#receiving = 'told';
      this.#window.close();
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
    const granted = this.#window.consume(count);
    if (granted > 0 && this.#receiving === 'open' && this.#life.t === 'open')
      this.#carrier.send(encodeFrame({ t: 'window', bytes: granted }));
  }
}

function toViolation(what: string): InterceptError {
  return new InterceptError('protocol_violation', `The other end of the tunnel ${what}.`);
}
