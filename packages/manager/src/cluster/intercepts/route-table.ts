import type { Clock, InterceptId, Log } from '@switchyard/contract';
import type { Rule } from '@switchyard/route';
import { isDeepStrictEqual } from 'node:util';
import { toRule, type Intercept } from '../../registry/intercept.ts';
import { Watchers } from '../../registry/watchers.ts';
import type { Ending } from './ending.ts';
import type { OnEnd } from './intercept-keeper.ts';
import type { Remotes } from '../peers/remote-sessions.ts';
import type { Judgement } from './judge-intercepts.ts';
import { isLive, toIntercept } from './live-intercept.ts';

/** What the table stands on. */
export interface RouteTableDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly publish: (rules: readonly Rule[]) => void;
  readonly onEnd: OnEnd;
  /** Leads to the managers that have sessions which this one has not. */
  readonly remotes: Remotes;
}

interface Entry {
  readonly uid: string;
  readonly intercept: Intercept;
}

/** The intercepts that requests are routed by, and who waits for a change of one. */
export class RouteTable {
  readonly #deps: RouteTableDeps;
  readonly #watchers: Watchers = new Watchers();
  #entries: ReadonlyMap<InterceptId, Entry> = new Map();
  #rules: readonly Rule[] | undefined;

  constructor(deps: RouteTableDeps) {
    this.#deps = deps;
  }

  get(id: InterceptId): Intercept | undefined {
    return this.#entries.get(id)?.intercept;
  }

  all(): readonly Intercept[] {
    return [...this.#entries.values()].map(({ intercept }) => intercept);
  }

  /** Calls `onChange` when the intercept `id` ends, or its session is lost or replaced. Returns how to stop that. */
  watch(id: InterceptId, onChange: () => void): () => void {
    return this.#watchers.watch(id, onChange);
  }

  /** Routes by what is live among `judgements`: publishes the rules where they changed, then tells who waits. */
  follow(judgements: readonly Judgement[]): void {
    const before = this.#entries;
    const live = judgements.filter(isLive).toSorted((left, right) => (left.claim.id < right.claim.id ? -1 : 1));
    this.#entries = new Map(
      live.map((judgement) => [judgement.claim.id, { uid: judgement.claim.uid, intercept: this.#toIntercept(judgement) }]),
    );
    const uids = new Set(live.map(({ claim }) => claim.uid));
    this.#deps.remotes.retain((uid) => uids.has(uid));
    const rules = this.all().map(toRule);
    if (this.#rules === undefined || !isDeepStrictEqual(rules, this.#rules)) this.#deps.publish(rules);
    this.#rules = rules;
    const ids = new Set([...before.keys(), ...this.#entries.keys()]);
    for (const id of ids) if (!isSameLink(before.get(id), this.#entries.get(id))) this.#watchers.announce(id);
    this.#tellEnds(before, judgements);
  }

  #toIntercept(judgement: Judgement): Intercept {
    const { clock, remotes } = this.#deps;
    const { claim, standing } = judgement;
    const router = standing.t === 'elsewhere' ? standing.router : undefined;
    return toIntercept(judgement, clock, router === undefined ? undefined : remotes.find(claim, router));
  }

  #tellEnds(before: ReadonlyMap<InterceptId, Entry>, judgements: readonly Judgement[]): void {
    let overs: ReadonlyMap<string, Ending | undefined> | undefined;
    for (const [id, { uid, intercept }] of before) {
      if (this.#entries.get(id)?.uid === uid) continue;
      overs ??= new Map(judgements.map(({ claim, over }) => [claim.uid, over]));
      const ending = overs.has(uid) ? overs.get(uid) : removed;
      // It lives, and is not routed by now: its Service went, for one.
      if (ending === undefined) continue;
      this.#deps.onEnd(ending.reason);
      this.#deps.log.info('intercept_ended', { intercept: id, owner: intercept.owner, ...ending });
    }
  }
}

/** The object is gone. */
const removed: Ending = { reason: 'removed' };

function isSameLink(left: Entry | undefined, right: Entry | undefined): boolean {
  if (left?.uid !== right?.uid) return false;
  const [before, after] = [left?.intercept.link, right?.intercept.link];
  return before?.t === after?.t && !(before?.t === 'ready' && after?.t === 'ready' && before.session !== after.session);
}
