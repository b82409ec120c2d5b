import type { Clock } from '@switchyard/contract';
import { interceptLimits } from '../../limits.ts';
import type { AgentSession } from '../../registry/intercept.ts';

const restMs = interceptLimits.lookupRestMs.value;

/**
 * Questions to the API server on behalf of agents, which need no right for them: one at a time for each session, and after each a rest, so
 * that nobody has the manager ask more than it can.
 */
export class Lookups {
  readonly #clock: Clock;
  readonly #last: WeakMap<AgentSession, Promise<unknown>> = new WeakMap();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Answers as `ask`, once the questions before are answered and rested from. */
  run<T>(session: AgentSession, ask: () => Promise<T>): Promise<T> {
    const answer = (this.#last.get(session) ?? Promise.resolve()).then(ask);
    const rest = (): Promise<void> => new Promise((resolve) => void this.#clock.after(restMs, resolve));
    this.#last.set(session, answer.then(rest, rest));
    return answer;
  }
}
