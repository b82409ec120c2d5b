import { InterceptError, type InterceptId, type Pipe } from '@switchyard/contract';
import { encodeAttach, parseDataFrame, parseManagerFrame, type WelcomeMessage } from '@switchyard/wire';
import type { ReceiveWindow } from './credit.ts';
import type { KeepBudget } from './kept-bytes.ts';
import { grpcStatus } from './grpc/grpc-status.ts';
import type { MessageStream, StreamClose, StreamHandler } from './message-stream.ts';
import { TunnelPipe } from './tunnel-pipe.ts';

/** What an agent's stream is for: a connection that may come, or one that lost its stream. */
export type AgentLoad = { readonly t: 'idle'; readonly window: ReceiveWindow } | { readonly t: 'pipe'; readonly pipe: TunnelPipe };

/** What a stream that is gone leaves. */
export interface GoneCarry {
  /** Whether it never carried a connection. */
  readonly unused: boolean;
  /** What it was for, where that waits for another stream. */
  readonly left: AgentLoad | undefined;
}

/** What a carry belongs to, as the carry sees it. */
export interface AgentCarryOwner {
  /** The manager gave this idle carry to a connection. */
  onOpen(intercept: InterceptId, pipe: Pipe): void;
  /** The stream is gone. */
  onGone(carry: AgentCarry, gone: GoneCarry): void;
  /** The manager broke the protocol: the session cannot go on. */
  fail(error: InterceptError): void;
}

/** What a carry stands on. */
export interface AgentCarryOptions {
  readonly welcome: Pick<WelcomeMessage, 'session' | 'secret'>;
  /** The pipe's number; 0 where the protocol's version has none, and nothing can be resumed. */
  readonly number: number;
  readonly budget: KeepBudget | undefined;
  open(handler: StreamHandler): MessageStream;
}

type State =
  | { readonly t: 'idle'; readonly window: ReceiveWindow }
  /** The pipe waits for the manager to say where it stands. */
  | { readonly t: 'resuming'; readonly pipe: TunnelPipe }
  | { readonly t: 'carrying'; readonly pipe: TunnelPipe }
  | { readonly t: 'closed' };

/**
 * One Carry stream at the agent's end: it presents the session's secret, waits, and then carries one pipe; or it goes on with a suspended
 * one.
 */
export class AgentCarry implements StreamHandler {
  readonly #owner: AgentCarryOwner;
  readonly #options: AgentCarryOptions;
  readonly #stream: MessageStream;
  #state: State;

  constructor(owner: AgentCarryOwner, options: AgentCarryOptions, load: AgentLoad) {
    const { welcome, number: pipe } = options;
    this.#owner = owner;
    this.#options = options;
    this.#state = load.t === 'idle' ? load : { t: 'resuming', pipe: load.pipe };
    this.#stream = options.open(this);
    const standing = load.t === 'idle' ? { windowBytes: load.window.firstBytes, progress: undefined } : load.pipe.standing;
    this.#stream.send(encodeAttach({ session: welcome.session, secret: welcome.secret, pipe, ...standing }));
  }

  get number(): number {
    return this.#options.number;
  }

  /** The session lets go of it. What it was for is over with `error`, or returned where it can go on with another stream. */
  leave(error: InterceptError): AgentLoad | undefined {
    const left = this.#close(error, false);
    this.#stream.cancel();
    return left;
  }

  onMessage(message: Buffer): void {
    const state = this.#state;
    try {
      if (state.t === 'carrying') this.#receive(state.pipe, message);
      else if (state.t === 'resuming') this.#receiveStanding(state.pipe, message);
      else if (state.t === 'idle') this.#receiveFirst(state.window, message);
    } catch (reason) {
      this.#owner.fail(InterceptError.from(reason));
    }
  }

  onDrain(): void {
    if (this.#state.t === 'carrying') this.#state.pipe.carrierDrained();
  }

  onClose({ code }: StreamClose): void {
    const lost = new InterceptError('tunnel_lost', 'The tunnel broke while it carried this connection.');
    const unused = this.#state.t === 'idle';
    this.#owner.onGone(this, { unused, left: this.#close(lost, code === grpcStatus.ok) });
  }

  #receive(pipe: TunnelPipe, message: Buffer): void {
    const data = parseDataFrame(message);
    if (data !== undefined) return pipe.receiveData(data);
    const frame = parseManagerFrame(message);
    if (frame.t === 'open' || frame.t === 'resumed') throw new InterceptError('protocol_violation', 'The manager opened a pipe twice.');
    pipe.receive(frame);
  }

  #receiveFirst(window: ReceiveWindow, message: Buffer): void {
    const frame = parseManagerFrame(message);
    switch (frame.t) {
      case 'open': {
        const pipe = new TunnelPipe(this.#stream, { creditBytes: frame.windowBytes, window, budget: this.#options.budget });
        this.#state = { t: 'carrying', pipe };
        return this.#owner.onOpen(frame.intercept, pipe);
      }
      case 'reset':
        // The manager does not take the pipe, as the session is over or has enough. The control stream says what comes of it.
        return this.#stream.finish();
      case 'unknown':
        return;
      default:
        throw new InterceptError('protocol_violation', 'The manager used a pipe that it had not opened.');
    }
  }

  #receiveStanding(pipe: TunnelPipe, message: Buffer): void {
    const frame = parseManagerFrame(message);
    switch (frame.t) {
      case 'resumed':
        this.#state = { t: 'carrying', pipe };
        return pipe.carryOn(this.#stream, frame);
      case 'reset':
        this.#state = { t: 'closed' };
        pipe.abandon(frame.error);
        return this.#stream.finish();
      case 'unknown':
        return;
      default:
        throw new InterceptError('protocol_violation', 'The manager used a pipe before it said where it stands.');
    }
  }

  #close(error: InterceptError, inOrder: boolean): AgentLoad | undefined {
    const state = this.#state;
    this.#state = { t: 'closed' };
    switch (state.t) {
      case 'idle':
        if (this.number > 0 && !inOrder) return state;
        state.window.close();
        return undefined;
      case 'resuming':
        return { t: 'pipe', pipe: state.pipe };
      case 'carrying':
        return state.pipe.carrierClosed(error, inOrder) ? { t: 'pipe', pipe: state.pipe } : undefined;
      case 'closed':
        return undefined;
    }
  }
}
