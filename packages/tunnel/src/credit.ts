import type { Clock } from '@switchyard/contract';
import type { TunnelLimits } from './limits.ts';

/** A window that is used up faster than this doubles: it then holds about a quarter of a second of its traffic. */
const fastMs = 250;

/**
 * What one end of a session may promise to the other: the sum of all windows never exceeds `sessionWindowBytes`.
 * A quarter of it is set apart, so that a new pipe always gets a small window however much the others took.
 */
export class SessionCredit {
  readonly #clock: Clock;
  readonly #limits: TunnelLimits;
  /** What every pipe has for sure. */
  readonly #floorBytes: number;
  /** What pipes share beyond that. */
  readonly #sharedBytes: number;
  #takenBytes = 0;
  #pipes = 0;

  constructor(clock: Clock, limits: TunnelLimits) {
    this.#clock = clock;
    this.#limits = limits;
    this.#floorBytes = Math.floor(limits.sessionWindowBytes / 4 / limits.maxPipesPerSession);
    this.#sharedBytes = limits.sessionWindowBytes - this.#floorBytes * limits.maxPipesPerSession;
  }

  /** A window for a new pipe; `close` it with the pipe. There are never more than `maxPipesPerSession`. */
  openWindow(): ReceiveWindow {
    this.#pipes++;
    return new ReceiveWindow(this, this.#floorBytes + this.take(this.toFairSize(this.#limits.firstWindowBytes) - this.#floorBytes));
  }

  /** The most that a pipe which wants `bytes` should have now, with as many pipes as there are. */
  toFairSize(bytes: number): number {
    return this.#floorBytes + Math.max(0, Math.min(bytes - this.#floorBytes, Math.floor(this.#sharedBytes / this.#pipes)));
  }

  /** The size that a window should have after `sizeBytes` of it were used within `elapsedMs`. */
  toNextSize(sizeBytes: number, elapsedMs: number): number {
    return this.toFairSize(elapsedMs < fastMs ? Math.min(sizeBytes * 2, this.#limits.maxWindowBytes) : sizeBytes);
  }

  /** Takes up to `bytes` of what is shared; says how many. */
  take(bytes: number): number {
    const taken = Math.max(0, Math.min(bytes, this.#sharedBytes - this.#takenBytes));
    this.#takenBytes += taken;
    return taken;
  }

  give(bytes: number): void {
    this.#takenBytes -= bytes;
  }

  /** Takes back what a closed window of `sizeBytes` had. */
  closeWindow(sizeBytes: number): void {
    this.#pipes--;
    this.give(sizeBytes - this.#floorBytes);
  }

  now(): number {
    return this.#clock.now();
  }
}

/**
 * How much the peer may send on one pipe. Size = promised to the peer + received and not yet consumed + consumed and not yet promised
 * again.
 */
export class ReceiveWindow {
  readonly #session: SessionCredit;
  /** What the peer is told to begin with. */
  readonly firstBytes: number;
  #sizeBytes: number;
  #promisedBytes: number;
  #consumedBytes = 0;
  #grantedAt: number;
  #closed = false;

  constructor(session: SessionCredit, sizeBytes: number) {
    this.#session = session;
    this.firstBytes = sizeBytes;
    this.#sizeBytes = sizeBytes;
    this.#promisedBytes = sizeBytes;
    this.#grantedAt = session.now();
  }

  /** What the peer may still send. */
  get promisedBytes(): number {
    return this.#promisedBytes;
  }

  /** Bytes came. False where they are more than was promised. */
  receive(count: number): boolean {
    this.#promisedBytes -= count;
    return this.#promisedBytes >= 0;
  }

  /** Bytes were delivered. Says how many more to promise now; mostly 0, as half a window is granted at a time. */
  consume(count: number): number {
    this.#consumedBytes += count;
    if (this.#closed || this.#consumedBytes * 2 < this.#sizeBytes) return 0;
    const now = this.#session.now();
    this.#resize(this.#session.toNextSize(this.#sizeBytes, now - this.#grantedAt));
    this.#grantedAt = now;
    const granted = this.#consumedBytes;
    this.#consumedBytes = 0;
    this.#promisedBytes += granted;
    return granted;
  }

  /** Changes the size; what is promised cannot be taken back, so it shrinks only by what was consumed. */
  #resize(wantedBytes: number): void {
    const change =
      wantedBytes > this.#sizeBytes
        ? this.#session.take(wantedBytes - this.#sizeBytes)
        : -Math.min(this.#sizeBytes - wantedBytes, this.#consumedBytes);
    if (change < 0) this.#session.give(-change);
    this.#sizeBytes += change;
    this.#consumedBytes += change;
  }

  /** Gives the window back to the session. Idempotent. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#session.closeWindow(this.#sizeBytes);
  }
}
