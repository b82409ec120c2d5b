import type { Clock } from '@switchyard/contract';
import type { Judgement } from '../cluster/intercepts/judge-intercepts.ts';
import { isLive, toIntercept } from '../cluster/intercepts/live-intercept.ts';
import type { Intercept } from '../registry/intercept.ts';
import type { Tell } from './event-log.ts';
import { toEndNews, toInterceptNews } from './intercept-news.ts';

/** Tells what becomes of a namespace's intercepts, by what this manager thinks of them from one time to the next. */
export class JudgementNews {
  readonly #clock: Clock;
  readonly #tell: Tell;
  /** Those that requests were routed by, by uid; undefined before the first time, which is no news. */
  #live: ReadonlyMap<string, Intercept> | undefined;

  constructor(clock: Clock, tell: Tell) {
    this.#clock = clock;
    this.#tell = tell;
  }

  /** Takes what is thought of all intercepts now. */
  follow(judgements: readonly Judgement[]): void {
    const before = this.#live;
    const now = new Map(judgements.filter(isLive).map((judgement) => [judgement.claim.uid, toIntercept(judgement, this.#clock)]));
    this.#live = now;
    if (before === undefined) return;
    for (const [uid, intercept] of now) this.#tellChange(before.get(uid), intercept);
    const gone = [...before].filter(([uid]) => !now.has(uid));
    if (gone.length === 0) return;
    const byUid = new Map(judgements.map((judgement) => [judgement.claim.uid, judgement]));
    for (const [uid, intercept] of gone) {
      const judgement = byUid.get(uid);
      // One that lives, and is not routed by at the moment, has not ended.
      if (judgement === undefined || judgement.over !== undefined) this.#tell(toEndNews(intercept, judgement?.over?.reason ?? 'removed'));
    }
  }

  #tellChange(before: Intercept | undefined, intercept: Intercept): void {
    if (before === undefined) this.#tell(toInterceptNews('intercept_created', intercept));
    else if (before.link.t !== intercept.link.t)
      this.#tell(toInterceptNews(intercept.link.t === 'away' ? 'intercept_away' : 'intercept_back', intercept));
  }
}
