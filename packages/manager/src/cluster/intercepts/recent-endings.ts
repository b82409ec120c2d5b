import { InterceptError, type Clock, type EndReason, type InterceptId } from '@switchyard/contract';
import { interceptLimits } from '../../limits.ts';
import type { AgentSession } from '../../registry/intercept.ts';
import { holdsKey } from './admit.ts';
import type { Ending } from './ending.ts';
import type { Judgement } from './judge-intercepts.ts';

interface Entry extends Ending {
  readonly uid: string;
  readonly publicKey: string | undefined;
  readonly atMs: number;
}

/**
 * Why intercepts ended that ended lately, for agents that were away at the time and ask for what is gone. Only who proves the key that the
 * object had is told.
 */
export class RecentEndings {
  readonly #clock: Clock;
  /** Oldest first. */
  readonly #entries: Map<InterceptId, Entry> = new Map();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Keeps the ends of those that are over. */
  follow(judgements: readonly Judgement[]): void {
    const nowMs = this.#clock.now();
    for (const { claim, over } of judgements) {
      if (over?.message === undefined || this.#entries.get(claim.id)?.uid === claim.uid) continue;
      this.#entries.delete(claim.id);
      this.#entries.set(claim.id, { ...over, uid: claim.uid, publicKey: claim.publicKey, atMs: nowMs });
    }
    for (const [id, { atMs }] of this.#entries) {
      if (this.#entries.size <= interceptLimits.endings.value && nowMs - atMs < interceptLimits.endingsMs.value) return;
      this.#entries.delete(id);
    }
  }

  /** What to tell `session`, which asks for the intercept `id` that is gone; undefined where nothing is known. */
  find(session: AgentSession, id: InterceptId): InterceptError | undefined {
    const entry = this.#entries.get(id);
    if (entry?.message === undefined || !holdsKey(session, entry)) return undefined;
    return new InterceptError('intercept_not_found', entry.message, {
      hint: hints[entry.reason] ?? 'Ask an administrator of the namespace.',
      detail: { ended: entry.reason },
    });
  }
}

const hints: Partial<Record<EndReason, string>> = {
  revoked: 'Ask them before you start it again.',
  idle: 'Start it again when you need it.',
};
