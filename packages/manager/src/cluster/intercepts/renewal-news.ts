import { toAnnounced } from './judge-closing.ts';
import type { Judgement } from './judge-intercepts.ts';

/** What an object said last of its end. */
interface Said {
  /** Epoch milliseconds; `NaN` where it said nothing. */
  readonly endMs: number;
  readonly renewals: number;
}

/** Tells sessions that the owner of their intercept renewed it elsewhere: in the object, or by the API of whichever manager. */
export class RenewalNews {
  /** By uid. */
  readonly #said: Map<string, Said> = new Map();
  /** The ends that sessions asked for themselves, by uid. */
  readonly #asked: Map<string, number> = new Map();

  /** The session of the intercept `uid` asked for this end itself, and has its answer. */
  asked(uid: string, endMs: number): void {
    this.#asked.set(uid, endMs);
  }

  /** Tells whoever has a session of an intercept whose object has another renewal in its end than before. */
  follow(judgements: readonly Judgement[]): void {
    const uids = new Set(judgements.map(({ claim }) => claim.uid));
    for (const uid of [...this.#said.keys(), ...this.#asked.keys()]) if (!uids.has(uid)) this.#forget(uid);
    for (const judgement of judgements) this.#followOne(judgement);
  }

  #forget(uid: string): void {
    this.#said.delete(uid);
    this.#asked.delete(uid);
  }

  #followOne({ claim: { uid, id, object }, standing, end }: Judgement): void {
    const { expiresAt = '', renewals = 0 } = object.status ?? {};
    const [before, now] = [this.#said.get(uid), { endMs: Date.parse(expiresAt), renewals }];
    this.#said.set(uid, now);
    if (before === undefined || standing.t !== 'live' || now.endMs === this.#asked.get(uid)) return;
    // An end that only comes nearer is no renewal: a policy allows less, for one.
    if (now.renewals === before.renewals && !(now.endMs > before.endMs)) return;
    standing.session.notify({ t: 'intercept_renewed', id, expiresAt: new Date(now.endMs), closing: toAnnounced(end) });
  }
}
