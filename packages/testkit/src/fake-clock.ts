import type { Clock, Timer } from '@switchyard/contract';

/** A clock that stands still until a test moves it. */
export interface FakeClock extends Clock {
  /**
   * Moves time forward and runs every timer that falls due, in order of due time (then of creation), each at its own
   * instant; timers that those start within the span run too. Runs synchronously: promises settle afterwards.
   */
  advance(ms: number): void;
  /** Timers that are started, not cancelled and not fired: 0 at the end of a test that leaks none. */
  readonly pending: number;
}

interface Entry {
  readonly dueMs: number;
  readonly fn: () => void;
}

/** A fake clock; `date()` starts at 2030-01-01T00:00:00Z, `now()` at a number that is not 0, so that nobody takes it for unset. */
export function createFakeClock(): FakeClock {
  const startMs = 1000;
  const startDateMs = Date.UTC(2030, 0, 1);
  // A Map keeps the order of creation, which decides between timers of the same instant.
  const timers = new Map<number, Entry>();
  let nowMs = startMs;
  let created = 0;

  const takeDue = (untilMs: number): Entry | undefined => {
    let first: [number, Entry] | undefined;
    for (const item of timers) {
      if (item[1].dueMs <= untilMs && (first === undefined || item[1].dueMs < first[1].dueMs)) first = item;
    }
    if (first !== undefined) timers.delete(first[0]);
    return first?.[1];
  };

  return {
    now: () => nowMs,
    date: () => new Date(startDateMs + nowMs - startMs),
    after(delayMs: number, fn: () => void): Timer {
      const id = created++;
      timers.set(id, { dueMs: nowMs + Math.max(0, delayMs), fn });
      return { cancel: () => void timers.delete(id) };
    },
    advance(ms: number): void {
      const untilMs = nowMs + ms;
      for (let due = takeDue(untilMs); due !== undefined; due = takeDue(untilMs)) {
        nowMs = Math.max(nowMs, due.dueMs);
        due.fn();
      }
      nowMs = untilMs;
    },
    get pending(): number {
      return timers.size;
    },
  };
}
