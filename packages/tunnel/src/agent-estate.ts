import { InterceptError } from '@switchyard/contract';
import type { AgentLoad } from './agent-carry.ts';
import type { ReceiveWindow } from './credit.ts';
import { Estate } from './estate.ts';
import type { TunnelPipe } from './tunnel-pipe.ts';

/** What an agent's session leaves to the one that resumes it: idle pipes too, as the manager may have opened them without our knowing. */
export class AgentEstate extends Estate<{ readonly pipe: TunnelPipe }> {
  readonly #idle = new Map<number, ReceiveWindow>();
  #lastNumber = 0;

  /** The number of a new pipe; 0 where the protocol's version has none. */
  nextNumber(): number {
    return this.budget === undefined ? 0 : ++this.#lastNumber;
  }

  /** Keeps what lost its stream. */
  keep(number: number, load: AgentLoad): void {
    if (load.t === 'idle') this.#idle.set(number, load.window);
    else this.suspended.add(number, load, toLost());
  }

  /** Takes all out, to go on with it. */
  takeAll(): readonly (readonly [number, AgentLoad])[] {
    const idle = [...this.#idle].map(([number, window]) => [number, { t: 'idle', window }] as const);
    this.#idle.clear();
    const pipes = this.suspended.takeAll().map(([number, { pipe }]) => [number, { t: 'pipe', pipe }] as const);
    return [...pipes, ...idle];
  }

  /** Nobody goes on with it. */
  close(): void {
    for (const window of this.#idle.values()) window.close();
    this.#idle.clear();
    this.suspended.close(toLost());
  }
}

function toLost(): InterceptError {
  return new InterceptError('tunnel_lost', 'The session with the manager ended while it carried this connection.');
}
