import type { Clock, InterceptError, Timer } from '@switchyard/contract';
import type { TunnelPipe } from './tunnel-pipe.ts';

/** A pipe without a carrier, at least. */
interface Suspended {
  readonly pipe: TunnelPipe;
}

/** The pipes of a session that lost their carrier, by number. Each waits for another one for so long, and is abandoned then. */
export class SuspendedPipes<Entry extends Suspended> {
  readonly #clock: Clock;
  readonly #graceMs: number;
  readonly #entries = new Map<number, { readonly entry: Entry; readonly timer: Timer }>();

  constructor(clock: Clock, graceMs: number) {
    this.#clock = clock;
    this.#graceMs = graceMs;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Keeps `entry`; `error` is what its pipe closes with when nobody takes it in time. */
  add(number: number, entry: Entry, error: InterceptError): void {
    const timer = this.#clock.after(this.#graceMs, () => {
      this.#entries.delete(number);
      entry.pipe.abandon(error);
    });
    this.#entries.set(number, { entry, timer });
  }

  /** Takes one out, to go on with it. */
  take(number: number): Entry | undefined {
    const found = this.#entries.get(number);
    this.#entries.delete(number);
    found?.timer.cancel();
    return found?.entry;
  }

  /** Takes all of a kind out, to go on with them. Default: all. */
  takeAll(isOne: (entry: Entry) => boolean = () => true): readonly (readonly [number, Entry])[] {
    const taken = [...this.#entries].flatMap(([number, { entry }]) => (isOne(entry) ? [[number, entry] as const] : []));
    for (const [number] of taken) this.take(number);
    return taken;
  }

  /** Nobody will go on with those of a kind. Default: with none. */
  close(error: InterceptError, isOne?: (entry: Entry) => boolean): void {
    for (const [, { pipe }] of this.takeAll(isOne)) pipe.abandon(error);
  }
}
