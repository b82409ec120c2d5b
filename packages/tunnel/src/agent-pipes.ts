import type { Clock, InterceptError, InterceptId, Pipe, Timer } from '@switchyard/contract';
import type { WelcomeMessage } from '@switchyard/wire';
import { AgentCarry, type AgentCarryOwner, type AgentLoad, type GoneCarry } from './agent-carry.ts';
import type { AgentEstate } from './agent-estate.ts';
import { fixedTunnelLimits } from './limits.ts';
import type { MessageStream, StreamHandler } from './message-stream.ts';

const carryAgainMs = fixedTunnelLimits.carryAgainMs.value;

/** What the pipes need of their session. */
export interface AgentPipesDeps {
  readonly clock: Clock;
  readonly welcome: WelcomeMessage;
  /** How many pipes this end takes at most, whatever the manager allows. */
  readonly maxPipes: number;
  readonly estate: AgentEstate;
  openStream(handler: StreamHandler): MessageStream;
  onPipe(intercept: InterceptId, pipe: Pipe): void;
  /** The session cannot go on. */
  fail(error: InterceptError): void;
}

/** All Carry streams of one session at the agent's end. It keeps some idle ones open, more when the manager ran dry. */
export class AgentPipes {
  readonly #deps: AgentPipesDeps;
  readonly #owner: AgentCarryOwner;
  readonly #carries = new Set<AgentCarry>();
  #idle = 0;
  /** Idle pipes to keep. */
  #wanted: number;
  /** Until what lost its stream alone gets another one. */
  #again: Timer | undefined;
  #closed = false;

  /** Goes on at once with what the estate has. */
  constructor(deps: AgentPipesDeps) {
    this.#deps = deps;
    this.#wanted = Math.min(deps.welcome.idlePipes, deps.welcome.maxIdlePipes);
    this.#owner = {
      onOpen: (intercept, pipe) => {
        this.#idle--;
        deps.onPipe(intercept, pipe);
        this.fill();
      },
      onGone: (carry, gone) => this.#onGone(carry, gone),
      fail: deps.fail,
    };
    this.#carryOn();
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

  /** The session is over; the estate has what may go on. */
  close(error: InterceptError): void {
    this.#closed = true;
    this.#again?.cancel();
    for (const carry of this.#carries) this.#leave(carry.number, carry.leave(error));
    this.#carries.clear();
  }

  /** Opens an idle one; false where there may be no more. */
  #open(): boolean {
    const { welcome, maxPipes, estate } = this.#deps;
    if (this.#closed || this.#carries.size + estate.suspended.size >= Math.min(welcome.maxPipes, maxPipes)) return false;
    this.#carry(estate.nextNumber(), { t: 'idle', window: estate.credit.openWindow() });
    return true;
  }

  #carry(number: number, load: AgentLoad): void {
    const { welcome, estate, openStream } = this.#deps;
    if (load.t === 'idle') this.#idle++;
    this.#carries.add(new AgentCarry(this.#owner, { welcome, number, budget: estate.budget, open: openStream }, load));
  }

  /** Opens a stream for all that has none. */
  #carryOn(): void {
    for (const [number, load] of this.#deps.estate.takeAll()) this.#carry(number, load);
  }

  #onGone(carry: AgentCarry, { unused, left }: GoneCarry): void {
    if (this.#closed) return;
    this.#carries.delete(carry);
    if (unused) this.#idle--;
    this.#leave(carry.number, left);
    if (left === undefined || this.#again !== undefined) return;
    // When the session is lost with it, another one goes on instead.
    this.#again = this.#deps.clock.after(carryAgainMs, () => {
      this.#again = undefined;
      this.#carryOn();
    });
  }

  #leave(number: number, left: AgentLoad | undefined): void {
    if (left !== undefined) this.#deps.estate.keep(number, left);
  }
}
