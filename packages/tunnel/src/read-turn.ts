import { fixedTunnelLimits } from './limits.ts';

const messagesPerTurn = fixedTunnelLimits.messagesPerTurn.value;

/** A stream that takes its turns. */
export interface TurnTaker {
  /** Goes on. */
  resume(): void;
}

/**
 * Shares the event loop between connections: so many messages of one connection are handled, then its streams wait for the next turn.
 * Without it, whoever sends many tiny messages keeps everybody else waiting until all of them are handled.
 */
export class ReadTurn {
  #left = messagesPerTurn;
  readonly #waiting: TurnTaker[] = [];

  /** A message of `taker` was handled. False: it must stop, and its `resume` is called when it may go on. */
  spend(taker: TurnTaker): boolean {
    if (--this.#left > 0) return true;
    this.#waiting.push(taker);
    if (this.#waiting.length === 1) setImmediate(() => this.#next());
    return false;
  }

  #next(): void {
    this.#left = messagesPerTurn;
    // Each of them handles one message at least.
    for (const taker of this.#waiting.splice(0, messagesPerTurn)) taker.resume();
    if (this.#waiting.length > 0) setImmediate(() => this.#next());
  }
}
