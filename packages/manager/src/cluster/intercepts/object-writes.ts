import { InterceptError, toLimitValues, type Clock, type Log, type Timer } from '@switchyard/contract';
import { createBackoff, type Backoff } from '@switchyard/runtime';
import { interceptLimits } from '../../limits.ts';

const { objectWrites, objectRetryMs: firstMs, objectRetryMaxMs: maxMs } = toLimitValues(interceptLimits);

/** What writes stand on. */
export interface ObjectWritesDeps {
  readonly clock: Clock;
  readonly log: Log;
  /** A write came to its end, or may be tried again: look again what is to be written. Never called by `start` itself. */
  readonly onIdle: () => void;
}

/** How the writes of one object go. */
interface Course {
  readonly backoff: Backoff;
  /** It waits after a failure. */
  wait: Timer | undefined;
  busy: boolean;
}

/**
 * Writes of objects: one at a time for each, some at a time for all, and after a failure none before a wait. It remembers no write: who
 * asks for one asks again from what is true by then. Dispose aborts what is under way.
 */
export class ObjectWrites implements Disposable {
  readonly #deps: ObjectWritesDeps;
  readonly #courses: Map<string, Course> = new Map();
  readonly #stop = new AbortController();
  #busy = 0;

  constructor(deps: ObjectWritesDeps) {
    this.#deps = deps;
  }

  /** Whether a write of the object `uid` is under way. */
  isBusy(uid: string): boolean {
    return this.#courses.get(uid)?.busy === true;
  }

  /** Whether no further write is started now: what is to be written need not be found out. */
  get isFull(): boolean {
    return this.#busy >= objectWrites;
  }

  /** Starts `write` for the object `uid`, unless there is a reason to wait; `onIdle` follows in any case. */
  start(uid: string, write: (signal: AbortSignal) => Promise<void>): void {
    const course = this.#courses.get(uid) ?? { backoff: createBackoff({ firstMs, maxMs }), wait: undefined, busy: false };
    if (course.busy || course.wait !== undefined || this.isFull || this.#stop.signal.aborted) return;
    this.#courses.set(uid, course);
    course.busy = true;
    this.#busy++;
    void this.#run(course, write);
  }

  /** Forgets how it went with objects that are no more. */
  retain(isKnown: (uid: string) => boolean): void {
    for (const [uid, course] of this.#courses) {
      if (isKnown(uid) || course.busy) continue;
      course.wait?.cancel();
      this.#courses.delete(uid);
    }
  }

  [Symbol.dispose](): void {
    this.#stop.abort();
    for (const { wait } of this.#courses.values()) wait?.cancel();
    this.#courses.clear();
  }

  async #run(course: Course, write: (signal: AbortSignal) => Promise<void>): Promise<void> {
    let failure: InterceptError | undefined;
    try {
      await write(this.#stop.signal);
    } catch (reason) {
      failure = InterceptError.from(reason);
    }
    course.busy = false;
    this.#busy--;
    if (this.#stop.signal.aborted) return;
    if (failure === undefined) course.backoff.reset();
    else this.#wait(course, failure);
    this.#deps.onIdle();
  }

  #wait(course: Course, failure: InterceptError): void {
    const waitMs = course.backoff.next();
    // Somebody else wrote first: their version is on its way.
    const log = failure.code === 'cluster_conflict' ? this.#deps.log.debug : this.#deps.log.warn;
    log('object_write_failed', { code: failure.code, reason: failure.message, retryMs: Math.round(waitMs) });
    course.wait = this.#deps.clock.after(waitMs, () => {
      course.wait = undefined;
      this.#deps.onIdle();
    });
  }
}
