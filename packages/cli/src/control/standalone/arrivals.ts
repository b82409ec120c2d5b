import type { InterceptError, InterceptId, InterceptInfo } from '@switchyard/contract';
import type { Output } from '../../output.ts';
import type { Steps } from '../../steps.ts';
import { readWaiting, type Progress } from '../progress.ts';
import { createTeller, type Late } from '../tell-progress.ts';

/** Follows how the intercepts of one session come along, as the manager describes them, and tells the person. */
export class Arrivals {
  readonly #output: Pick<Output, 'say' | 'warn'>;
  readonly #steps: Steps;
  readonly #tellers: Map<InterceptId, (progress: Progress) => void> = new Map();
  readonly #ready = Promise.withResolvers<void>();
  #late: Late | undefined;

  constructor(output: Pick<Output, 'say' | 'warn'>, steps: Steps) {
    this.#output = output;
    this.#steps = steps;
    // Whoever waits hears of it; later nobody has to.
    this.#ready.promise.catch(() => {});
  }

  /** Resolves the first time that the requests of all arrive; rejects when one is refused, or is over before. */
  get ready(): Promise<void> {
    return this.#ready.promise;
  }

  /** The first one whose requests do not arrive. */
  get late(): Late | undefined {
    return this.#late;
  }

  /** One of them is over. */
  fail(error: InterceptError): void {
    this.#ready.reject(error);
  }

  /** Takes in how all of them stand now; nothing is told twice. */
  look(intercepts: readonly InterceptInfo[]): void {
    const seen = intercepts.map((info) => ({ info, progress: readWaiting(info.waiting) }));
    for (const { info, progress } of seen) {
      this.#tell(info, progress);
      if (progress.t === 'refused') this.#ready.reject(progress.error);
    }
    const late = seen.find(({ progress }) => progress.t !== 'ready');
    this.#late = late && { service: late.info.service, progress: late.progress };
    if (late === undefined) this.#ready.resolve();
  }

  /** Of one that never waited nothing is told: a manager that does not say what is waited for has not said that it came. */
  #tell({ id, service }: InterceptInfo, progress: Progress): void {
    let tell = this.#tellers.get(id);
    if (tell === undefined) {
      tell = createTeller(this.#output, this.#steps, service, progress.t === 'ready');
      this.#tellers.set(id, tell);
    }
    tell(progress);
  }
}
