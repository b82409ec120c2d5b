import { InterceptError, toLimitValues, type Clock, type Log } from '@switchyard/contract';
import { kubeEvents, type KubeClient } from '@switchyard/kube';
import { randomBytes } from 'node:crypto';
import { auditLimits } from '../../limits.ts';
import { toKubeEvent, type KubeNews, type TellKube } from './kube-news.ts';

const { eventRestMs, eventsRemembered, eventsWaiting } = toLimitValues(auditLimits);

/** What the writer works with. */
export interface EventWriterDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly client: Pick<KubeClient, 'create' | 'namespace'>;
  /** The manager's pod. */
  readonly manager: string;
}

/**
 * Writes Events, one at a time. The same word about the same object comes once a minute at most; what finds too many waiting, or fails, is
 * left out: nothing depends on Events. Dispose gives up what waits.
 */
export class EventWriter implements Disposable {
  readonly #deps: EventWriterDeps;
  readonly #stop = new AbortController();
  /** When each word about each object was said, oldest first. */
  readonly #said: Map<string, number> = new Map();
  #waiting: (() => Promise<void>)[] = [];
  #busy = false;

  constructor(deps: EventWriterDeps) {
    this.#deps = deps;
  }

  /** Says it, unless that was said a moment ago. */
  readonly tell: TellKube = (object, news) => {
    if (this.#waiting.length >= eventsWaiting || !this.#remember(`${object.metadata.uid ?? object.metadata.name}/${news.reason}`)) return;
    this.#waiting.push(() => this.#write(object, news));
    void this.#work();
  };

  [Symbol.dispose](): void {
    this.#stop.abort();
    this.#waiting = [];
  }

  /** False: it was said less than a rest ago. */
  #remember(word: string): boolean {
    const nowMs = this.#deps.clock.now();
    if (nowMs - (this.#said.get(word) ?? -Infinity) < eventRestMs) return false;
    this.#said.delete(word);
    this.#said.set(word, nowMs);
    const [oldest] = this.#said.keys();
    if (this.#said.size > eventsRemembered && oldest !== undefined) this.#said.delete(oldest);
    return true;
  }

  async #work(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    for (let write = this.#waiting.shift(); write !== undefined; write = this.#waiting.shift()) await write();
    this.#busy = false;
  }

  async #write(object: Parameters<TellKube>[0], news: KubeNews): Promise<void> {
    const { clock, log, client, manager } = this.#deps;
    const { signal } = this.#stop;
    const suffix = randomBytes(8).toString('hex');
    try {
      await client.create(kubeEvents, toKubeEvent(object, news, { namespace: client.namespace, manager, suffix, at: clock.date() }), {
        signal,
      });
    } catch (reason) {
      const { code } = InterceptError.from(reason);
      if (!signal.aborted) log.debug('event_not_written', { code, reason: news.reason });
    }
  }
}
