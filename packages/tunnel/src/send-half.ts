import { InterceptError } from '@switchyard/contract';
import { encodeDataHead, encodeFrame, maxDataBytes, type Progress } from '@switchyard/wire';
import { ByteQueue } from './byte-queue.ts';
import { KeptBytes, type KeepBudget } from './kept-bytes.ts';
import { fixedTunnelLimits } from './limits.ts';

/** Above this, `write` says stop; below the other, drain follows. */
const highWaterBytes = fixedTunnelLimits.writeHighBytes.value;
const lowWaterBytes = fixedTunnelLimits.writeLowBytes.value;

/**
 * Sends one frame: all of it, or its beginning (copied at once) and `rest` (not to be changed afterwards). False: the way is full, send no
 * more data until told so.
 */
export type SendFrame = (frame: Buffer, rest?: Buffer) => boolean;

/**
 * Our half of a pipe: sends as much as the peer promised to take and the way allows, and keeps the rest. With a budget it keeps what the
 * peer has not acknowledged too, so that another way can go on where this one breaks. Sans-IO.
 */
export class SendHalf {
  /** Undefined while there is no way. */
  #send: SendFrame | undefined;
  readonly #queue = new ByteQueue();
  readonly #kept: KeptBytes | undefined;
  #creditBytes: number;
  #state: 'open' | 'ending' | 'ended' = 'open';
  #blocked = false;
  #owesDrain = false;

  constructor(send: SendFrame, creditBytes: number, budget: KeepBudget | undefined) {
    this.#send = send;
    this.#creditBytes = creditBytes;
    this.#kept = budget === undefined ? undefined : new KeptBytes(budget);
  }

  /** Whether the end of our half was sent. */
  get ended(): boolean {
    return this.#state === 'ended';
  }

  /** Whether `resume` can go on with it. */
  get resumable(): boolean {
    return this.#kept?.complete === true;
  }

  get bufferedBytes(): number {
    return this.#queue.length;
  }

  /** Sends or keeps the bytes; false once more than the high-water mark is kept. */
  write(bytes: Buffer): boolean {
    if (this.#state !== 'open' || bytes.length === 0) return !this.#owesDrain;
    const send = this.#blocked ? undefined : this.#send;
    if (send !== undefined && this.#queue.length === 0 && bytes.length <= this.#creditBytes && bytes.length <= maxDataBytes) {
      this.#sendData(send, bytes);
      return true;
    }
    this.#queue.push(bytes);
    this.#flush();
    this.#owesDrain ||= this.#queue.length > highWaterBytes;
    return !this.#owesDrain;
  }

  end(): void {
    if (this.#state !== 'open') return;
    this.#state = 'ending';
    this.#owesDrain = false;
    this.#flush();
  }

  /** The peer takes `count` more, and has received everything up to `receivedBytes`. Throws `protocol_violation`. */
  addCredit(count: number, receivedBytes: number): void {
    this.#kept?.acknowledge(receivedBytes);
    this.#creditBytes += count;
    this.#flush();
  }

  /** The way is free again. */
  unblock(): void {
    this.#blocked = false;
    this.#flush();
  }

  /** The way is gone: everything waits for `resume`. */
  suspend(): void {
    this.#send = undefined;
  }

  /**
   * Goes on by another way where the peer's `progress` is; it takes `creditBytes` from there. Throws `protocol_violation` where that cannot
   * be so.
   */
  resume(send: SendFrame, creditBytes: number, progress: Progress): void {
    this.#kept?.rewind(progress.receivedBytes, this.#queue);
    if (progress.ended && (this.#state !== 'ended' || this.#queue.length > 0)) throw toFalseEnd();
    if (this.#state === 'ended' && !progress.ended) this.#state = 'ending';
    this.#send = send;
    this.#blocked = false;
    this.#creditBytes = creditBytes;
    this.#flush();
  }

  /** Whether a drain is due; says so once. */
  takeDrain(): boolean {
    if (!this.#owesDrain || this.#queue.length > lowWaterBytes) return false;
    this.#owesDrain = false;
    return true;
  }

  /** Drops what is kept; nothing is sent from now on. */
  abort(): void {
    this.#state = 'ended';
    this.#owesDrain = false;
    this.#queue.clear();
    this.#kept?.clear();
  }

  #flush(): void {
    const send = this.#send;
    if (send === undefined) return;
    while (this.#queue.length > 0 && this.#creditBytes > 0 && !this.#blocked) {
      const count = Math.min(this.#queue.length, this.#creditBytes, maxDataBytes);
      const bytes = Buffer.allocUnsafe(count);
      this.#queue.moveTo(bytes, 0, count);
      this.#sendData(send, bytes);
    }
    if (this.#state === 'ending' && this.#queue.length === 0) {
      this.#state = 'ended';
      send(encodeFrame({ t: 'end' }));
    }
  }

  #sendData(send: SendFrame, bytes: Buffer): void {
    this.#creditBytes -= bytes.length;
    this.#kept?.add(bytes);
    this.#blocked = !send(encodeDataHead(bytes.length), bytes);
  }
}

function toFalseEnd(): InterceptError {
  return new InterceptError('protocol_violation', 'The other end of the tunnel says that it received an end that was not sent.');
}
