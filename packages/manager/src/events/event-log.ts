import { randomBytes } from 'node:crypto';
import type { Clock, ManagerEvent } from '@switchyard/contract';

/** What happened, before it has a time and a place in the order. */
export type News = Omit<ManagerEvent, 'id' | 'at'>;

/** Where news go. */
export type Tell = (news: News) => void;

/**
 * The latest events of a manager, in memory, and those who follow them. An event's id is a number after a name of this manager's life: with
 * the id of another life, or of an event that is gone, a reader learns that it missed some.
 */
export class EventLog {
  readonly #clock: Clock;
  readonly #capacity: number;
  readonly #life: string = randomBytes(6).toString('hex');
  readonly #followers: Set<(event: ManagerEvent) => void> = new Set();
  #events: ManagerEvent[] = [];
  /** How many there ever were. */
  #count = 0;

  constructor(clock: Clock, capacity: number) {
    this.#clock = clock;
    this.#capacity = capacity;
  }

  /** How many follow. */
  get followers(): number {
    return this.#followers.size;
  }

  /** Keeps it, as the newest one, and tells those who follow. */
  readonly tell: Tell = (news) => {
    const event = { ...news, id: `${this.#life}-${++this.#count}`, at: this.#clock.date() };
    this.#events.push(event);
    // By halves, so that a full log does not move everything for each event.
    if (this.#events.length >= 2 * this.#capacity) this.#events = this.#events.slice(-this.#capacity);
    for (const follow of this.#followers) follow(event);
  };

  /**
   * What came after the event `after` (undefined: all that is kept), oldest first; begins with `events_missed` where some of it is gone.
   */
  since(after: string | undefined): readonly ManagerEvent[] {
    const kept = this.#events.slice(-this.#capacity);
    if (after === undefined) return kept;
    const [life, number] = after.split('-');
    const missing = life === this.#life && /^\d{1,15}$/.test(number ?? '') ? this.#count - Number(number) : Infinity;
    if (missing < 0 || missing > kept.length) return [this.#toMissed(), ...kept];
    return missing === 0 ? [] : kept.slice(-missing);
  }

  /** Calls `onEvent` with each event from now on. Returns how to stop that. */
  follow(onEvent: (event: ManagerEvent) => void): () => void {
    this.#followers.add(onEvent);
    return () => void this.#followers.delete(onEvent);
  }

  #toMissed(): ManagerEvent {
    const message = 'Some events are not known any more: they are too old, or the manager was started again.';
    return { id: '', at: this.#clock.date(), type: 'events_missed', owner: '', message };
  }
}
