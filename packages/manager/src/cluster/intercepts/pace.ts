import type { Clock, Timer } from '@switchyard/contract';

/** How many times as long as a pass took there is rest behind it. */
const restPerPass = 4;

/**
 * Runs a pass whenever something changed, and never for more than a fifth of the time: whoever makes very many objects makes each pass
 * long, and requests are relayed by the same process. What is asked for during a rest is one pass behind it.
 */
export class Pace implements Disposable {
  readonly #clock: Clock;
  readonly #pass: () => void;
  #restUntilMs = -Infinity;
  #next: Timer | undefined;

  constructor(clock: Clock, pass: () => void) {
    this.#clock = clock;
    this.#pass = pass;
  }

  /** A pass at once, rest or not: for what somebody waits for. */
  now(): void {
    this.#next?.cancel();
    this.#next = undefined;
    const beganMs = this.#clock.now();
    this.#pass();
    const endedMs = this.#clock.now();
    this.#restUntilMs = endedMs + restPerPass * (endedMs - beganMs);
  }

  /** A pass as soon as the rest is over. */
  soon(): void {
    const restMs = this.#restUntilMs - this.#clock.now();
    if (restMs <= 0) this.now();
    else this.#next ??= this.#clock.after(restMs, () => this.now());
  }

  [Symbol.dispose](): void {
    this.#next?.cancel();
  }
}
