import { InterceptError } from '@switchyard/contract';
import { ByteQueue } from './byte-queue.ts';

/** What the pipes of one session may keep of what they sent, together, or those of all sessions. */
export class KeepBudget {
  readonly #whole: KeepBudget | undefined;
  #leftBytes: number;

  /** @param whole that it is a part of: what is taken here is taken there too */
  constructor(bytes: number, whole?: KeepBudget) {
    this.#leftBytes = bytes;
    this.#whole = whole;
  }

  /** False, and nothing is taken, where less than `bytes` is left. */
  take(bytes: number): boolean {
    if (bytes > this.#leftBytes || this.#whole?.take(bytes) === false) return false;
    this.#leftBytes -= bytes;
    return true;
  }

  give(bytes: number): void {
    this.#leftBytes += bytes;
    this.#whole?.give(bytes);
  }
}

/** What one half sent and the peer has not acknowledged. Positions are bytes of data since the pipe's beginning. */
export class KeptBytes {
  readonly #budget: KeepBudget;
  readonly #bytes = new ByteQueue();
  #ackedAt = 0;
  #sentAt = 0;
  /** Up to where the budget knows: what is sent again counts once. */
  #countedAt = 0;
  #given = false;

  constructor(budget: KeepBudget) {
    this.#budget = budget;
  }

  /** Whether all that is not acknowledged is here. */
  get complete(): boolean {
    return !this.#given;
  }

  /** Bytes were sent; they must not change afterwards. */
  add(bytes: Buffer): void {
    this.#sentAt += bytes.length;
    if (this.#given) return;
    const more = Math.max(0, this.#sentAt - this.#countedAt);
    if (!this.#budget.take(more)) return this.clear();
    this.#countedAt += more;
    // A piece of a large buffer would keep all of it, and the budget would not know.
    if (bytes.buffer.byteLength > 2 * bytes.length) this.#bytes.pushCopy(bytes);
    else this.#bytes.push(bytes);
  }

  /** The peer has everything up to `at`. Throws `protocol_violation` where it cannot. */
  acknowledge(at: number): void {
    if (at > this.#sentAt) throw toFalseClaim('more than was sent');
    if (at <= this.#ackedAt) return;
    if (!this.#given) {
      this.#bytes.drop(at - this.#ackedAt);
      this.#budget.give(at - this.#ackedAt);
    }
    this.#ackedAt = at;
  }

  /**
   * The peer has everything up to `at` and nothing beyond: the rest waits in `queue` again, before all else. Throws `protocol_violation`
   * where it cannot be so.
   */
  rewind(at: number, queue: ByteQueue): void {
    if (at < this.#ackedAt) throw toFalseClaim('less than it had acknowledged');
    this.acknowledge(at);
    this.#sentAt = at;
    queue.prepend(this.#bytes);
  }

  /** Keeps nothing from now on. Idempotent. */
  clear(): void {
    if (this.#given) return;
    this.#given = true;
    this.#bytes.clear();
    this.#budget.give(this.#countedAt - this.#ackedAt);
  }
}

function toFalseClaim(what: string): InterceptError {
  return new InterceptError('protocol_violation', `The other end of the tunnel says that it received ${what}.`);
}
