import { InterceptError, type InterceptId, type Pipe } from '@switchyard/contract';
import { encodeAttach, parseDataFrame, parseManagerFrame, type WelcomeMessage } from '@switchyard/wire';
import type { ReceiveWindow } from './credit.ts';
import type { MessageStream, StreamHandler } from './message-stream.ts';
import { TunnelPipe } from './tunnel-pipe.ts';

/** The session that a carry belongs to, as the carry sees it. */
export interface AgentCarryOwner {
  /** The manager gave this carry to a connection. */
  onOpen(intercept: InterceptId, pipe: Pipe): void;
  /** The stream is gone; `unused` says whether it never carried a connection. */
  onGone(carry: AgentCarry, unused: boolean): void;
  /** The manager broke the protocol: the session cannot go on. */
  fail(error: InterceptError): void;
}

type State = { readonly t: 'idle' } | { readonly t: 'carrying'; readonly pipe: TunnelPipe } | { readonly t: 'closed' };

/** One Carry stream at the agent's end: it presents the session's secret, waits, and then carries one pipe. */
export class AgentCarry implements StreamHandler {
  readonly #owner: AgentCarryOwner;
  readonly #window: ReceiveWindow;
  readonly #stream: MessageStream;
  #state: State = { t: 'idle' };

  constructor(
    owner: AgentCarryOwner,
    welcome: Pick<WelcomeMessage, 'session' | 'secret'>,
    window: ReceiveWindow,
    open: (handler: StreamHandler) => MessageStream,
  ) {
    this.#owner = owner;
    this.#window = window;
    this.#stream = open(this);
    this.#stream.send(encodeAttach({ session: welcome.session, secret: welcome.secret, windowBytes: window.firstBytes }));
  }

  /** The session is over: whatever this carries ends with `error`. */
  abandon(error: InterceptError): void {
    this.#close(error);
    this.#stream.cancel();
  }

  onMessage(message: Buffer): void {
    const state = this.#state;
    try {
      if (state.t === 'carrying') this.#receive(state.pipe, message);
      else if (state.t === 'idle') this.#receiveFirst(message);
    } catch (reason) {
      this.#owner.fail(InterceptError.from(reason));
    }
  }

  onDrain(): void {
    if (this.#state.t === 'carrying') this.#state.pipe.carrierDrained();
  }

  onClose(): void {
    const unused = this.#state.t === 'idle';
    this.#close(new InterceptError('tunnel_lost', 'The tunnel broke while it carried this connection.'));
    this.#owner.onGone(this, unused);
  }

  #receive(pipe: TunnelPipe, message: Buffer): void {
    const data = parseDataFrame(message);
    if (data !== undefined) return pipe.receiveData(data);
    const frame = parseManagerFrame(message);
    if (frame.t === 'open') throw new InterceptError('protocol_violation', 'The manager opened a pipe twice.');
    pipe.receive(frame);
  }

  #receiveFirst(message: Buffer): void {
    const frame = parseManagerFrame(message);
    switch (frame.t) {
      case 'open': {
        const pipe = new TunnelPipe(this.#stream, frame.windowBytes, this.#window);
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

  #close(error: InterceptError): void {
    const state = this.#state;
    this.#state = { t: 'closed' };
    this.#window.close();
    if (state.t === 'carrying') state.pipe.carrierClosed(error);
  }
}
