import type { ResumeTicket } from '@switchyard/wire';
import type { AgentEstate } from './agent-estate.ts';

/**
 * What a lost session leaves to the one that resumes it: the connections that it carried, for so long as they wait. Give it to
 * `openTunnelClient`; or dispose of it, and they close with `tunnel_lost`.
 */
export class LostSession implements Disposable {
  /** What the manager knows it by. */
  readonly ticket: ResumeTicket;
  #estate: AgentEstate | undefined;

  constructor(ticket: ResumeTicket, estate: AgentEstate) {
    this.ticket = ticket;
    this.#estate = estate;
  }

  /** The manager goes on with it: takes it out. Undefined where that was done before. */
  inherit(): AgentEstate | undefined {
    const estate = this.#estate;
    this.#estate = undefined;
    return estate;
  }

  [Symbol.dispose](): void {
    this.inherit()?.close();
  }
}
