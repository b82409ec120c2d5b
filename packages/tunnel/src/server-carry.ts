import { InterceptError, type Clock, type InterceptId, type Timer } from '@switchyard/contract';
import { encodeFrame, encodeOpen, encodeResumed, parseAgentFrame, parseDataFrame, type AttachFrame } from '@switchyard/wire';
import type { KeepBudget } from './kept-bytes.ts';
import type { ReceiveWindow } from './credit.ts';
import { grpcStatus } from './grpc/grpc-status.ts';
import type { MessageStream, StreamClose, StreamHandler } from './message-stream.ts';
import { TunnelPipe } from './tunnel-pipe.ts';

/** A pipe that carries a connection, at the manager's end. */
export interface OpenedPipe {
  readonly pipe: TunnelPipe;
  readonly intercept: InterceptId;
}

/** The session that a carry belongs to, as the carry sees it. */
export interface CarryOwner {
  /** The stream is gone; `left` is what it carried, where that waits for another one. */
  detach(carry: ServerCarry, left: OpenedPipe | undefined): void;
  /** The agent broke the protocol on this stream. */
  violate(error: InterceptError): void;
}

/** How a session took a carry in. */
export interface Attached {
  readonly owner: CarryOwner;
  /** What the carry goes on with; undefined: it is idle. */
  readonly suspended: OpenedPipe | undefined;
}

/**
 * Finds the session of an attach and lets it take the carry in; throws where there is none, the secret is wrong, the pipe is gone or a
 * limit is reached.
 */
export type AttachCarry = (carry: ServerCarry, frame: AttachFrame) => Attached;

type State =
  | { readonly t: 'new'; readonly deadline: Timer }
  | { readonly t: 'idle'; readonly owner: CarryOwner; readonly creditBytes: number }
  | { readonly t: 'carrying'; readonly owner: CarryOwner; readonly opened: OpenedPipe }
  | { readonly t: 'closed' };

/** What an agent has of a pipe whose opening it did not see. */
const nothing = { receivedBytes: 0, ended: false };

/**
 * One Carry stream at the manager's end: it says whose it is, waits in the pool, and then carries one pipe; or it goes on with a suspended
 * one.
 */
export class ServerCarry implements StreamHandler {
  readonly #attach: AttachCarry;
  readonly #onClose: () => void;
  readonly #stream: MessageStream;
  #state: State;

  constructor(
    deps: { readonly clock: Clock; readonly attach: AttachCarry; readonly helloMs: number; readonly onClose: () => void },
    open: (handler: StreamHandler) => MessageStream,
  ) {
    this.#attach = deps.attach;
    this.#onClose = deps.onClose;
    this.#stream = open(this);
    const deadline = deps.clock.after(deps.helloMs, () =>
      this.#refuse(new InterceptError('request_timeout', 'The stream did not say whose it is.')),
    );
    this.#state = { t: 'new', deadline };
  }

  get idle(): boolean {
    return this.#state.t === 'idle';
  }

  /** Gives this idle carry to a connection. */
  open(intercept: InterceptId, window: ReceiveWindow, budget: KeepBudget | undefined): TunnelPipe {
    if (this.#state.t !== 'idle') throw new InterceptError('internal', 'A pipe was taken twice.');
    const { owner, creditBytes } = this.#state;
    this.#stream.send(encodeOpen({ intercept, windowBytes: window.firstBytes }));
    const pipe = new TunnelPipe(this.#stream, { creditBytes, window, budget });
    this.#state = { t: 'carrying', owner, opened: { pipe, intercept } };
    return pipe;
  }

  /** The session lets go of it. What it carried is over with `error`, or returned where it can go on with another stream. */
  leave(error: InterceptError): OpenedPipe | undefined {
    const left = this.#close(error, false);
    this.#stream.cancel();
    return left;
  }

  onMessage(message: Buffer): void {
    const state = this.#state;
    try {
      if (state.t === 'carrying') this.#receive(state.opened.pipe, message);
      else this.#receiveFirst(message);
    } catch (reason) {
      const error = InterceptError.from(reason);
      const now = this.#state;
      if (now.t === 'carrying' || now.t === 'idle') now.owner.violate(error);
      else this.#refuse(error);
    }
  }

  onDrain(): void {
    if (this.#state.t === 'carrying') this.#state.opened.pipe.carrierDrained();
  }

  onClose({ code }: StreamClose): void {
    const state = this.#state;
    const lost = new InterceptError('tunnel_lost', 'The tunnel broke while it carried this connection.');
    const left = this.#close(lost, code === grpcStatus.ok);
    if (state.t === 'new') state.deadline.cancel();
    if (state.t === 'carrying' || state.t === 'idle') state.owner.detach(this, left);
    this.#onClose();
  }

  #receive(pipe: TunnelPipe, message: Buffer): void {
    const data = parseDataFrame(message);
    if (data !== undefined) return pipe.receiveData(data);
    const frame = parseAgentFrame(message);
    if (frame.t === 'attach') throw new InterceptError('protocol_violation', 'The other end of the tunnel attached a pipe twice.');
    pipe.receive(frame);
  }

  #receiveFirst(message: Buffer): void {
    if (this.#state.t === 'closed') return;
    const frame = parseAgentFrame(message);
    if (frame.t === 'unknown') return;
    if (frame.t !== 'attach' || this.#state.t !== 'new') {
      throw new InterceptError('protocol_violation', 'The other end of the tunnel used a pipe that was not open.');
    }
    this.#attachTo(frame, this.#state.deadline);
  }

  #attachTo(frame: AttachFrame, deadline: Timer): void {
    const { owner, suspended } = this.#attach(this, frame);
    deadline.cancel();
    if (suspended === undefined) this.#state = { t: 'idle', owner, creditBytes: frame.windowBytes };
    else this.#carryOn(owner, suspended, frame);
  }

  #carryOn(owner: CarryOwner, opened: OpenedPipe, { windowBytes, progress }: AttachFrame): void {
    const { pipe, intercept } = opened;
    this.#state = { t: 'carrying', owner, opened };
    if (progress === undefined) this.#stream.send(encodeOpen({ intercept, windowBytes: pipe.standing.windowBytes }));
    else this.#stream.send(encodeResumed(pipe.standing));
    pipe.carryOn(this.#stream, { windowBytes, progress: progress ?? nothing });
  }

  #close(error: InterceptError, inOrder: boolean): OpenedPipe | undefined {
    const state = this.#state;
    this.#state = { t: 'closed' };
    return state.t === 'carrying' && state.opened.pipe.carrierClosed(error, inOrder) ? state.opened : undefined;
  }

  #refuse(error: InterceptError): void {
    if (this.#state.t !== 'new') return;
    this.#state.deadline.cancel();
    this.#state = { t: 'closed' };
    this.#stream.send(encodeFrame({ t: 'reset', error }));
    this.#stream.finish();
  }
}
