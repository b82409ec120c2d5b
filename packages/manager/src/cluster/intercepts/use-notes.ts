import type { Clock } from '@switchyard/contract';
import type { UsageReader } from '@switchyard/router';
import type { Claim } from './claim.ts';

/** What use is read from. */
export interface UseNotesDeps {
  readonly clock: Clock;
  /** What passes through this manager's router. */
  readonly usage: () => Pick<UsageReader, 'usageOf'>;
}

/**
 * When intercepts were last used here, and when an object is to say so: another manager may lead, which only sees the requests of its own
 * router. A write for each step in time, however many requests come.
 */
export class UseNotes {
  readonly #deps: UseNotesDeps;
  readonly #stepMs: number;

  /** @param idleLifetimeMs 0: nobody asks for use, and nothing is noted. */
  constructor(deps: UseNotesDeps, idleLifetimeMs: number) {
    this.#deps = deps;
    this.#stepMs = toUseStepMs(idleLifetimeMs);
  }

  /** Epoch milliseconds; undefined where nothing came since the intercept was made. */
  usedMsOf({ id, createdAtMs }: Pick<Claim, 'id' | 'createdAtMs'>): number | undefined {
    const { clock, usage } = this.#deps;
    const lastMs = usage().usageOf(id)?.lastMs;
    const usedMs = lastMs === undefined ? -Infinity : clock.date().getTime() - (clock.now() - lastMs);
    return usedMs < createdAtMs ? undefined : usedMs;
  }

  /** The same, where what the object says is older by a step. */
  noteworthy(claim: Pick<Claim, 'id' | 'createdAtMs' | 'object'>): number | undefined {
    const usedMs = this.#stepMs === 0 ? undefined : this.usedMsOf(claim);
    const notedMs = Date.parse(claim.object.status?.lastUsedAt ?? '');
    return usedMs !== undefined && (Number.isNaN(notedMs) || usedMs - notedMs >= this.#stepMs) ? usedMs : undefined;
  }

  /** When it is to be looked again whether any of `count` intercepts was used, epoch milliseconds. */
  nextLookMs(count: number, nowMs: number): number {
    return this.#stepMs === 0 || count === 0 ? Infinity : nowMs + this.#stepMs;
  }
}

/** How far two notes of its use in an object are apart: each is a write. */
export function toUseStepMs(idleLifetimeMs: number): number {
  return idleLifetimeMs / 4;
}
