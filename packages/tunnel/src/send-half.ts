import { createDataFrame, encodeFrame, maxDataBytes } from '@switchyard/wire';
import { ByteQueue } from './byte-queue.ts';
import { fixedTunnelLimits } from './limits.ts';

/** Above this, `write` says stop; below the other, drain follows. */
const highWaterBytes = fixedTunnelLimits.writeHighBytes.value;
const lowWaterBytes = fixedTunnelLimits.writeLowBytes.value;

/** Sends one frame. False: the way is full, send no more data until told so. */
export type SendFrame = (frame: Buffer) => boolean;

/** Our half of a pipe: sends as much as the peer promised to take and the way allows, and keeps the rest. Sans-IO. */
export class SendHalf {
  readonly #send: SendFrame;
  readonly #queue = new ByteQueue();
  #creditBytes: number;
  #state: 'open' | 'ending' | 'ended' = 'open';
  #blocked = false;
  #owesDrain = false;

  constructor(send: SendFrame, creditBytes: number) {
    this.#send = send;
    this.#creditBytes = creditBytes;
  }

  /** Whether the end of our half was sent. */
  get ended(): boolean {
    return this.#state === 'ended';
  }

  get bufferedBytes(): number {
    return this.#queue.length;
  }

  /** Sends or keeps the bytes; false once more than the high-water mark is kept. */
  write(bytes: Buffer): boolean {
    if (this.#state !== 'open' || bytes.length === 0) return !this.#owesDrain;
    if (this.#queue.length === 0 && !this.#blocked && bytes.length <= this.#creditBytes && bytes.length <= maxDataBytes) {
      const frame = createDataFrame(bytes.length);
      bytes.copy(frame, frame.length - bytes.length);
      this.#sendData(frame, bytes.length);
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

  /** The peer takes `count` more. */
  addCredit(count: number): void {
    this.#creditBytes += count;
    this.#flush();
  }

  /** The way is free again. */
  unblock(): void {
    this.#blocked = false;
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
  }

  #flush(): void {
    while (this.#queue.length > 0 && this.#creditBytes > 0 && !this.#blocked) {
      const count = Math.min(this.#queue.length, this.#creditBytes, maxDataBytes);
      const frame = createDataFrame(count);
      this.#queue.moveTo(frame, frame.length - count, count);
      this.#sendData(frame, count);
    }
    if (this.#state === 'ending' && this.#queue.length === 0) {
      this.#state = 'ended';
      this.#send(encodeFrame({ t: 'end' }));
    }
  }

  #sendData(frame: Buffer, count: number): void {
    this.#creditBytes -= count;
    this.#blocked = !this.#send(frame);
  }
}
