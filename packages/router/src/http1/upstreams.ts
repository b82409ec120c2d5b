import type { Pipe } from '@switchyard/contract';
import type { Destination, KeyedTarget } from '../destination.ts';
import { nameOf } from '../target-use.ts';
import { Upstream, type UpstreamOwner } from './upstream.ts';

/** The upstreams of one client connection: at most one per target, opened on first use. */
export class Upstreams {
  readonly #owner: UpstreamOwner;
  readonly #keyed: Map<string, Upstream> = new Map();
  #baseline: Upstream | undefined;
  /** The keyed one that was looked for last. */
  #recent: Upstream | undefined;

  constructor(owner: UpstreamOwner) {
    this.#owner = owner;
  }

  /** The upstream of `target`, unless there is none or it is lost. */
  find(target: Destination): Upstream | undefined {
    const upstream = target.t === 'baseline' ? this.#baseline : this.#findKeyed(target);
    return upstream?.isClosed === true ? undefined : upstream;
  }

  /** As `find`, while nothing is outstanding: one whose way is broken is given up, as a fresh one may have another way. */
  findIdle(target: Destination): Upstream | undefined {
    const upstream = this.find(target);
    if (upstream?.isInterrupted !== true) return upstream;
    upstream.release();
    this.forget(upstream);
    return undefined;
  }

  /** Dials `target`. Of too many keyed ones the one that was opened first goes, but never `active`. */
  open(target: Destination, active: Upstream | undefined): Upstream {
    const { context } = this.#owner;
    const upstream = Upstream.dial(target, this.#owner);
    upstream.idleSince = context.coarseNow;
    if (target.t === 'baseline') this.#baseline = upstream;
    else {
      this.#keyed.set(nameOf(target), upstream);
      if (this.#keyed.size > context.limits.keyedUpstreams) this.#releaseOldest(upstream, active);
    }
    return upstream;
  }

  /** Takes a connection to the baseline that is open already. */
  adopt(pipe: Pipe): void {
    this.#baseline = Upstream.adopt(this.#owner, pipe);
  }

  /** The upstream is lost. Another one of the same target stays. */
  forget(upstream: Upstream): void {
    if (upstream === this.#baseline) this.#baseline = undefined;
    else if (upstream.target.t !== 'baseline' && this.find(upstream.target) === undefined) this.#keyed.delete(nameOf(upstream.target));
  }

  /** The client takes bytes again. */
  resume(): void {
    this.#baseline?.resume();
    for (const upstream of this.#keyed.values()) upstream.resume();
  }

  /** Ends the keyed ones that are idle since before `time`; `busy` is not idle. */
  releaseIdle(time: number, busy: Upstream | undefined): void {
    for (const [name, upstream] of this.#keyed) {
      if (upstream === busy || upstream.idleSince > time) continue;
      this.#keyed.delete(name);
      upstream.release();
    }
  }

  /** Ends all but `kept`. */
  releaseOthers(kept: Upstream | undefined): void {
    if (this.#baseline !== kept) this.#baseline?.release();
    for (const upstream of this.#keyed.values()) if (upstream !== kept) upstream.release();
    this.#keyed.clear();
    this.#baseline = undefined;
    if (kept !== undefined && kept.target.t !== 'baseline') this.#keyed.set(nameOf(kept.target), kept);
    else this.#baseline = kept;
  }

  /** To make a name costs more than all else here, and mostly the target is that of the request before. */
  #findKeyed(target: KeyedTarget): Upstream | undefined {
    if (this.#recent?.target !== target || this.#recent.isClosed) this.#recent = this.#keyed.get(nameOf(target));
    return this.#recent;
  }

  #releaseOldest(newest: Upstream, active: Upstream | undefined): void {
    for (const [name, upstream] of this.#keyed) {
      if (upstream === newest || upstream === active) continue;
      this.#keyed.delete(name);
      upstream.release();
      return;
    }
  }
}
