import type { Clock, Timer } from '@switchyard/contract';
import type { ManagerLimits } from '../../limits.ts';
import type { Judgement } from './judge-intercepts.ts';

/** Waits for the next moment at which time alone changes something, and warns owners whose intercept ends soon. */
export class NextDue implements Disposable {
  readonly #clock: Clock;
  readonly #warningMs: number;
  readonly #onDue: () => void;
  /** Until when those live that were warned, by uid: a renewed one is warned again. */
  readonly #warned: Map<string, number> = new Map();
  #timer: Timer | undefined;

  constructor(clock: Clock, { expiryWarningMs }: Pick<ManagerLimits, 'expiryWarningMs'>, onDue: () => void) {
    this.#clock = clock;
    this.#warningMs = expiryWarningMs;
    this.#onDue = onDue;
  }

  /** Warns now who is to be warned; calls `onDue` when the next one ends or is to be warned, at `changeMs` at the latest. */
  follow(judgements: readonly Judgement[], nowMs: number, changeMs: number): void {
    this.#timer?.cancel();
    const living = judgements.filter(({ over }) => over === undefined);
    const uids = new Set(living.map(({ claim }) => claim.uid));
    for (const uid of this.#warned.keys()) if (!uids.has(uid)) this.#warned.delete(uid);
    const dueMs = living.reduce((first, judgement) => Math.min(first, judgement.end.atMs, this.#warn(judgement, nowMs)), changeMs);
    this.#timer = dueMs === Infinity ? undefined : this.#clock.after(dueMs - nowMs, this.#onDue);
  }

  [Symbol.dispose](): void {
    this.#timer?.cancel();
  }

  /** Says when the owner is to be warned, where that is to come. */
  #warn({ claim, standing, end: { atMs: endMs, reason, warning } }: Judgement, nowMs: number): number {
    const atMs = endMs - this.#warningMs;
    // One that lives for no longer than the warning needs none, unless somebody cuts its life short.
    const isShort = atMs <= claim.createdAtMs && reason !== 'revoked';
    if (standing.t !== 'live' || isShort || this.#warned.get(claim.uid) === endMs) return Infinity;
    if (nowMs < atMs) return atMs;
    this.#warned.set(claim.uid, endMs);
    standing.session.notify({ t: 'expiry_warning', id: claim.id, expiresAt: new Date(endMs), message: warning });
    return Infinity;
  }
}
