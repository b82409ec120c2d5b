import type { Intercept as InterceptObject } from '@switchyard/kube';
import { readClaim, type Claim } from './claim.ts';
import { findRemoval } from './ending.ts';

/**
 * Intercepts whose deletion the watch told, and why they ended with it. Who revokes writes that into the object before it is deleted, and so
 * does the leader; both may come in one turn, so that no pass finds it there. Such a one is judged once more as it was last.
 */
export class LastWords {
  #claims: readonly Claim[] = [];

  /** The object was deleted, and this is its last version. */
  hear(last: InterceptObject): void {
    const claim = readClaim(last);
    if (claim === undefined || findRemoval(claim, false) === undefined) return;
    this.#claims = [...this.#claims, { ...claim, deleted: true }];
  }

  /** Those that were heard since the last time: for one pass, and another one has to follow. */
  take(): readonly Claim[] {
    const claims = this.#claims;
    this.#claims = [];
    return claims;
  }
}
