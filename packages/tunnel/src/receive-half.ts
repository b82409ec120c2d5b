import { InterceptError } from '@switchyard/contract';
import { maxDataBytes, type Progress } from '@switchyard/wire';
import { ByteQueue } from './byte-queue.ts';
import type { ReceiveWindow } from './credit.ts';

/** The peer's half of a pipe: what came and waits to be delivered, and what the peer may still send. Sans-IO. */
export class ReceiveHalf {
  readonly #window: ReceiveWindow;
  readonly #held = new ByteQueue();
  #receivedBytes = 0;
  #state: 'open' | 'ended' | 'told' = 'open';

  constructor(window: ReceiveWindow) {
    this.#window = window;
  }

  /** Whether the peer's end came. */
  get ended(): boolean {
    return this.#state !== 'open';
  }

  /** Whether the end came, and was delivered. */
  get told(): boolean {
    return this.#state === 'told';
  }

  /** Whether something waits to be delivered. */
  get waiting(): boolean {
    return this.#held.length > 0 || this.#state === 'ended';
  }

  /** What came so far. */
  get progress(): Progress {
    return { receivedBytes: this.#receivedBytes, ended: this.ended };
  }

  /** What the peer may send beyond that. */
  get promisedBytes(): number {
    return this.#window.promisedBytes;
  }

  /** Bytes came. Throws `protocol_violation` where the peer may not send them. */
  receive(bytes: Buffer): void {
    if (this.#state !== 'open') throw toViolation('sent data after the end of its half');
    if (bytes.length === 0 || bytes.length > maxDataBytes) throw toViolation(`sent a data frame of ${bytes.length} bytes`);
    if (!this.#window.receive(bytes.length)) throw toViolation('sent more than it had credit for');
    this.#receivedBytes += bytes.length;
  }

  /** The peer's end came. Idempotent. */
  end(): void {
    if (this.#state === 'open') this.#state = 'ended';
  }

  /** Keeps what came until it is taken. */
  hold(bytes: Buffer): void {
    this.#held.push(bytes);
  }

  /** The next bytes that are held. */
  take(): Buffer | undefined {
    return this.#held.shift();
  }

  /** The end, once: true when it is next to be delivered. */
  takeEnd(): boolean {
    if (this.#state !== 'ended' || this.#held.length > 0) return false;
    this.#state = 'told';
    this.#window.close();
    return true;
  }

  /** Bytes were delivered. Says how many more to promise now; mostly 0. */
  consume(count: number): number {
    const granted = this.#window.consume(count);
    return this.#state === 'open' ? granted : 0;
  }

  /** Drops what is held; nothing more is taken. */
  abort(): void {
    this.#held.clear();
    this.#window.close();
  }
}

function toViolation(what: string): InterceptError {
  return new InterceptError('protocol_violation', `The other end of the tunnel ${what}.`);
}
