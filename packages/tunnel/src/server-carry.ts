import { InterceptError, type Clock, type InterceptId, type SessionId, type Timer } from '@switchyard/contract';
import { encodeFrame, encodeOpen, parseAgentFrame, parseDataFrame, type AttachFrame } from '@switchyard/wire';
import type { ReceiveWindow } from './credit.ts';
import type { MessageStream, StreamHandler } from './message-stream.ts';
import { TunnelPipe } from './tunnel-pipe.ts';

/** The session that a carry belongs to, as the carry sees it. */
export interface CarryOwner {
  /** The stream is gone. */
  detach(carry: ServerCarry): void;
  /** The agent broke the protocol on this stream. */
  violate(error: InterceptError): void;
}

/** Finds the session of an attach and lets it take the carry in; throws where there is none, the secret is wrong or a limit is reached. */
export type AttachCarry = (carry: ServerCarry, session: SessionId, secret: Uint8Array) => CarryOwner;

type State =
  | { readonly t: 'new'; readonly deadline: Timer }
  | { readonly t: 'idle'; readonly owner: CarryOwner; readonly creditBytes: number }
  | { readonly t: 'carrying'; readonly owner: CarryOwner; readonly pipe: TunnelPipe }
  | { readonly t: 'closed' };

/** One Carry stream at the manager's end: it says whose it is, waits in the pool, and then carries one pipe. */
export class ServerCarry implements StreamHandler {
  readonly #attach: AttachCarry;
  readonly #stream: MessageStream;
  #state: State;

  constructor(
    deps: { readonly clock: Clock; readonly attach: AttachCarry; readonly helloMs: number },
    open: (handler: StreamHandler) => MessageStream,
  ) {
    this.#attach = deps.attach;
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
  open(intercept: InterceptId, window: ReceiveWindow): TunnelPipe {
    if (this.#state.t !== 'idle') throw new InterceptError('internal', 'A pipe was taken twice.');
    const { owner, creditBytes } = this.#state;
    this.#stream.send(encodeOpen({ intercept, windowBytes: window.firstBytes }));
    const pipe = new TunnelPipe(this.#stream, creditBytes, window);
    this.#state = { t: 'carrying', owner, pipe };
    return pipe;
  }

  /** The session is over: whatever this carries ends with `error`. */
  abandon(error: InterceptError): void {
    const state = this.#state;
    this.#state = { t: 'closed' };
    if (state.t === 'carrying') state.pipe.carrierClosed(error);
    this.#stream.cancel();
  }

  onMessage(message: Buffer): void {
    const state = this.#state;
    try {
      if (state.t === 'carrying') this.#receive(state.pipe, message);
      else this.#receiveFirst(message);
    } catch (reason) {
      const error = InterceptError.from(reason);
      if (state.t === 'carrying' || state.t === 'idle') state.owner.violate(error);
      else this.#refuse(error);
    }
  }

  onDrain(): void {
    if (this.#state.t === 'carrying') this.#state.pipe.carrierDrained();
  }

  onClose(): void {
    const state = this.#state;
    this.#state = { t: 'closed' };
    if (state.t === 'new') state.deadline.cancel();
    if (state.t === 'carrying')
      state.pipe.carrierClosed(new InterceptError('tunnel_lost', 'The tunnel broke while it carried this connection.'));
    if (state.t === 'carrying' || state.t === 'idle') state.owner.detach(this);
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
    const owner = this.#attach(this, frame.session, frame.secret);
    deadline.cancel();
    this.#state = { t: 'idle', owner, creditBytes: frame.windowBytes };
  }

  #refuse(error: InterceptError): void {
    if (this.#state.t !== 'new') return;
    this.#state.deadline.cancel();
    this.#state = { t: 'closed' };
    this.#stream.send(encodeFrame({ t: 'reset', error }));
    this.#stream.finish();
  }
}
