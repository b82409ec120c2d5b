import { InterceptError, toLimitValues, type Clock, type Log, type Timer } from '@switchyard/contract';
import { rightLimits } from '../../limits.ts';
import type { ReviewAccess } from './review-access.ts';
import { judgeAnswer, toRightKey, type Right, type RightHolder } from './right.ts';

const { rightRecheckMs, rightReviews, rightRestMs } = toLimitValues(rightLimits);

/** What rights are looked up with. */
export interface RightWatchDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly review: ReviewAccess;
  /** Something is known that was not before. Never called by `follow` or `settle` themselves. */
  readonly onChange: () => void;
}

interface Entry {
  readonly holder: RightHolder;
  /** Undefined until somebody answered. */
  right: Right | undefined;
  /** The last question was not answered. */
  failed: boolean;
  /** Whether a question is under way. */
  asking: boolean;
  /** Whoever waits for the first answer. */
  readonly answered: PromiseWithResolvers<void>;
  /** Waits until it is asked again. */
  timer: Timer | undefined;
}

/**
 * Looks up whether owners may still intercept: each right once when it is new and again after `rightRecheckMs`, some at a time. While the
 * API server does not answer, what was known last stands; a right that was never looked up then counts as granted, as the API server
 * itself asked for it when it took the object.
 */
export class RightWatch implements Disposable {
  readonly #deps: RightWatchDeps;
  readonly #entries: Map<string, Entry> = new Map();
  /** Those that are to be asked as soon as there is room. */
  readonly #queue: Set<string> = new Set();
  /** Those of them that somebody waits for: they come first. */
  readonly #awaited: Set<string> = new Set();
  readonly #stop = new AbortController();
  #wanted: ReadonlySet<string> = new Set();
  #busy = 0;
  /** The API server does not answer: nobody is asked until this is over. */
  #rest: Timer | undefined;

  constructor(deps: RightWatchDeps) {
    this.#deps = deps;
  }

  of(holder: RightHolder): Right {
    const entry = this.#entries.get(toRightKey(holder));
    return entry?.right ?? (entry?.failed === true ? 'granted' : 'unknown');
  }

  /** From now on looks up the rights behind `holders`, and no others. */
  follow(holders: Iterable<RightHolder>): void {
    const wanted = new Set<string>();
    for (const holder of holders) {
      const key = toRightKey(holder);
      if (wanted.has(key)) continue;
      wanted.add(key);
      if (!this.#entries.has(key)) this.#enter(key, holder);
    }
    this.#wanted = wanted;
    this.#pump();
  }

  /** Resolves, never rejects, once the right was looked up, or could not be: at once while the API server does not answer. */
  async settle(holder: RightHolder): Promise<void> {
    const key = toRightKey(holder);
    const entry = this.#entries.get(key) ?? this.#enter(key, holder);
    if (this.of(holder) !== 'unknown' || this.#stop.signal.aborted) return;
    if (this.#rest !== undefined) return void (entry.failed = true);
    if (!entry.asking) this.#awaited.add(key);
    this.#pump();
    await entry.answered.promise;
  }

  [Symbol.dispose](): void {
    this.#stop.abort(new InterceptError('canceled', 'The manager stops.'));
    this.#rest?.cancel();
    for (const { timer, answered } of this.#entries.values()) {
      timer?.cancel();
      answered.resolve();
    }
  }

  #enter(key: string, holder: RightHolder): Entry {
    const entry: Entry = {
      holder,
      right: undefined,
      failed: false,
      asking: false,
      answered: Promise.withResolvers(),
      timer: undefined,
    };
    this.#entries.set(key, entry);
    this.#queue.add(key);
    return entry;
  }

  #pump(): void {
    for (const queue of [this.#awaited, this.#queue]) {
      for (const key of queue) {
        if (this.#busy >= rightReviews || this.#rest !== undefined || this.#stop.signal.aborted) return;
        const entry = this.#entries.get(key);
        if (entry !== undefined && (queue === this.#awaited || this.#wanted.has(key))) void this.#ask(key, entry);
        else this.#forget(key);
      }
    }
  }

  #forget(key: string): void {
    this.#queue.delete(key);
    this.#entries.delete(key);
  }

  async #ask(key: string, entry: Entry): Promise<void> {
    this.#queue.delete(key);
    this.#awaited.delete(key);
    this.#busy++;
    entry.asking = true;
    await this.#review(entry);
    this.#busy--;
    entry.asking = false;
    entry.answered.resolve();
    if (this.#stop.signal.aborted) return;
    entry.timer = this.#deps.clock.after(entry.failed ? rightRestMs : rightRecheckMs, () => {
      this.#queue.add(key);
      this.#pump();
    });
    this.#pump();
  }

  async #review(entry: Entry): Promise<void> {
    const { log, review, onChange } = this.#deps;
    const { holder } = entry;
    const { owner, service } = holder;
    const before = this.of(holder);
    try {
      const who = { user: owner, groups: holder.groups ?? [] };
      const isAllowed = await review({ who, verb: 'intercept', resource: 'services', name: service }, this.#stop.signal);
      entry.right = judgeAnswer(holder, isAllowed, entry.right ?? 'unknown');
      entry.failed = false;
      if (entry.right === 'lost' && before !== 'lost') log.info('right_lost', { owner, service });
    } catch (reason) {
      if (this.#stop.signal.aborted) return;
      const { code, message, row } = InterceptError.from(reason);
      if (!entry.failed) log.warn('right_not_looked_up', { owner, service, code, reason: message });
      entry.failed = true;
      if (row.fault === 'cluster') this.#pause();
    }
    if (this.of(holder) !== before) onChange();
  }

  #pause(): void {
    // Nobody waits for an API server that is away; they are asked about when it is back.
    for (const key of this.#awaited) {
      const entry = this.#entries.get(key);
      if (entry === undefined) continue;
      entry.failed = true;
      entry.answered.resolve();
    }
    this.#awaited.clear();
    this.#rest ??= this.#deps.clock.after(rightRestMs, () => {
      this.#rest = undefined;
      this.#pump();
    });
  }
}
