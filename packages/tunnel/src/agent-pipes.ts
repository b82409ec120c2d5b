import type { InterceptError, InterceptId, Pipe } from '@switchyard/contract';
import type { WelcomeMessage } from '@switchyard/wire';
import { AgentCarry } from './agent-carry.ts';
import type { SessionCredit } from './credit.ts';
import type { MessageStream, StreamHandler } from './message-stream.ts';

/** What the pipes need of their session. */
export interface AgentPipesDeps {
  readonly welcome: WelcomeMessage;
  /** How many pipes this end takes at most, whatever the manager allows. */
  readonly maxPipes: number;
  readonly credit: SessionCredit;
  openStream(handler: StreamHandler): MessageStream;
  onPipe(intercept: InterceptId, pipe: Pipe): void;
  /** The session cannot go on. */
  fail(error: InterceptError): void;
}

/** All Carry streams of one session at the agent's end. It keeps some idle ones open, more when the manager ran dry. */
export class AgentPipes {
  readonly #deps: AgentPipesDeps;
  readonly #carries = new Set<AgentCarry>();
  #idle = 0;
  /** Idle pipes to keep. */
  #wanted: number;
  #closed = false;

  constructor(deps: AgentPipesDeps) {
    this.#deps = deps;
    this.#wanted = Math.min(deps.welcome.idlePipes, deps.welcome.maxIdlePipes);
  }

  /** Opens what is missing. */
  fill(): void {
    while (this.#idle < this.#wanted && this.#open());
  }

  /** The manager ran dry: opens `count` at once, and keeps more from now on. */
  openMore(count: number): void {
    this.#wanted = Math.min(this.#wanted * 2, this.#deps.welcome.maxIdlePipes);
    for (let opened = 0; opened < count && this.#open(); opened++);
  }

  /** The session is over. */
  close(error: InterceptError): void {
    this.#closed = true;
    for (const carry of this.#carries) carry.abandon(error);
  }

  /** Opens one; false where there may be no more. */
  #open(): boolean {
    const { welcome, maxPipes, credit, openStream, onPipe, fail } = this.#deps;
    if (this.#closed || this.#carries.size >= Math.min(welcome.maxPipes, maxPipes)) return false;
    this.#idle++;
    const carry: AgentCarry = new AgentCarry(
      {
        onOpen: (intercept, pipe) => {
          this.#idle--;
          onPipe(intercept, pipe);
          this.fill();
        },
        onGone: (gone, unused) => {
          this.#carries.delete(gone);
          if (unused) this.#idle--;
        },
        fail,
      },
      welcome,
      credit.openWindow(),
      openStream,
    );
    this.#carries.add(carry);
    return true;
  }
}
