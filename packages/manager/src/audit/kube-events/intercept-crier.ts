import type { Clock, Timer } from '@switchyard/contract';
import type { Judgement } from '../../cluster/intercepts/judge-intercepts.ts';
import { toTimeText } from '../../registry/intercept.ts';
import { toEndNews, toInterceptNews } from './intercept-news.ts';
import type { TellKube } from './kube-news.ts';

/** What the crier works with. */
export interface InterceptCrierDeps {
  readonly clock: Clock;
  readonly tell: TellKube;
  /** Only the leader tells. */
  readonly isLeading: () => boolean;
  /** How long before its end people are told of it. */
  readonly expiryWarningMs: number;
}

/** Tells what is new about intercepts since it looked at them last. What was before it looked for the first time is nothing new. */
export class InterceptCrier implements Disposable {
  readonly #deps: InterceptCrierDeps;
  /** Until when those live that people were told of, by uid. */
  readonly #warned: Map<string, number> = new Map();
  #known: ReadonlyMap<string, Judgement> = new Map();
  #timer: Timer | undefined;

  constructor(deps: InterceptCrierDeps) {
    this.#deps = deps;
  }

  /** Takes what is thought of all intercepts now, and of those that are gone since the last time. */
  follow(judgements: readonly Judgement[], gone: readonly Judgement[]): void {
    const before = this.#known;
    this.#known = new Map(judgements.map((judgement) => [judgement.claim.uid, judgement]));
    for (const uid of this.#warned.keys()) if (!this.#known.has(uid)) this.#warned.delete(uid);
    this.#warnAll();
    if (!this.#deps.isLeading()) return;
    for (const judgement of judgements) {
      const last = before.get(judgement.claim.uid);
      if (last !== undefined) for (const news of toInterceptNews(last, judgement)) this.#deps.tell(judgement.claim.object, news);
    }
    for (const judgement of gone) this.#deps.tell(judgement.claim.object, toEndNews(judgement));
  }

  [Symbol.dispose](): void {
    this.#timer?.cancel();
  }

  #warnAll(): void {
    this.#timer?.cancel();
    const { clock } = this.#deps;
    const nowMs = clock.date().getTime();
    const dueMs = [...this.#known.values()].reduce((first, judgement) => Math.min(first, this.#warn(judgement, nowMs)), Infinity);
    this.#timer = dueMs === Infinity ? undefined : clock.after(dueMs - nowMs, () => this.#warnAll());
  }

  /** Says when people are to be told, where that is to come. */
  #warn({ claim, over, expiresAtMs }: Judgement, nowMs: number): number {
    const atMs = expiresAtMs - this.#deps.expiryWarningMs;
    // One that lives for no longer than the warning needs none.
    if (over !== undefined || atMs <= claim.createdAtMs || this.#warned.get(claim.uid) === expiresAtMs) return Infinity;
    if (nowMs < atMs) return atMs;
    this.#warned.set(claim.uid, expiresAtMs);
    if (this.#deps.isLeading()) {
      const note = `The intercept ends at ${toTimeText(new Date(expiresAtMs))} unless it is renewed.`;
      this.#deps.tell(claim.object, { type: 'Warning', reason: 'Expiring', note });
    }
    return Infinity;
  }
}
