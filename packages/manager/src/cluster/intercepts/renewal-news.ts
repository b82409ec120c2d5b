import type { Judgement } from './judge-intercepts.ts';

/** Tells sessions that the owner of their intercept renewed it elsewhere. */
export class RenewalNews {
  /** The renewals that each object's end had in it last, by uid. */
  readonly #known: Map<string, number> = new Map();

  /** Tells whoever has a session of an intercept whose end has another renewal in it than before. */
  follow(judgements: readonly Judgement[]): void {
    const uids = new Set(judgements.map(({ claim }) => claim.uid));
    for (const uid of this.#known.keys()) if (!uids.has(uid)) this.#known.delete(uid);
    for (const judgement of judgements) this.#followOne(judgement);
  }

  #followOne({ claim: { uid, id, object }, standing, expiresAtMs }: Judgement): void {
    const { renewals = 0 } = object.status ?? {};
    const before = this.#known.get(uid);
    this.#known.set(uid, renewals);
    if (before === undefined || before === renewals || standing.t !== 'live') return;
    standing.session.notify({ t: 'intercept_renewed', id, expiresAt: new Date(expiresAtMs) });
  }
}
