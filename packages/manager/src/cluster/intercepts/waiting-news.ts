import type { Clock, Waiting } from '@switchyard/contract';
import { isDeepStrictEqual } from 'node:util';
import { toInfo, type AgentSession } from '../../registry/intercept.ts';
import type { Judgement } from './judge-intercepts.ts';
import { toIntercept } from './live-intercept.ts';
import { toWaiting } from './waiting.ts';

/** What a session was told last of an intercept. */
interface Told {
  readonly session: AgentSession;
  readonly waiting: Waiting | undefined;
}

/** Tells sessions what keeps the requests of their intercept from them, when that is another thing than before, or nothing. */
export class WaitingNews {
  readonly #clock: Clock;
  /** By uid. */
  #told: ReadonlyMap<string, Told> = new Map();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Tells whoever has a session by now; one that has just come has it in the answer to its registration. */
  follow(judgements: readonly Judgement[]): void {
    const before = this.#told;
    this.#told = new Map(judgements.flatMap((judgement) => this.#tell(judgement, before.get(judgement.claim.uid))));
  }

  #tell(judgement: Judgement, before: Told | undefined): readonly (readonly [uid: string, Told])[] {
    const { claim, standing, over, undecided } = judgement;
    // It is told of its end by others.
    if (standing.t !== 'live' || over !== undefined) return [];
    if (undecided) return before === undefined ? [] : [[claim.uid, before]];
    const { session } = standing;
    const waiting = toWaiting(judgement, this.#clock.date().getTime());
    if (before?.session === session && !isDeepStrictEqual(before.waiting, waiting)) {
      session.notify({ t: 'intercept_changed', intercept: toInfo(toIntercept(judgement, this.#clock)) });
    }
    return [[claim.uid, { session, waiting }]];
  }
}
