import { InterceptError, type Pipe, type PipeHandler } from '@switchyard/contract';
import type { FirstBytes } from './detect/first-bytes.ts';
import type { DialBaseline } from './dial/dial-baseline.ts';
import type { PortContext } from './port-context.ts';
import { splice } from './splice.ts';

/** A client connection whose bytes are not understood: it is relayed to the baseline as a whole. */
export class TcpConnection {
  readonly #client: Pipe;
  readonly #context: Pick<PortContext, 'limits' | 'coarseNow'>;
  readonly #dialBaseline: DialBaseline;
  readonly #onClosed: () => void;
  readonly #abort: AbortController = new AbortController();
  #baseline: Pipe | undefined;
  #lastActivity: number;
  #closed = false;

  constructor(client: Pipe, context: Pick<PortContext, 'limits' | 'coarseNow'>, dialBaseline: DialBaseline, onClosed: () => void) {
    this.#client = client;
    this.#context = context;
    this.#dialBaseline = dialBaseline;
    this.#onClosed = onClosed;
    this.#lastActivity = context.coarseNow;
  }

  /** Begins with what was found out about the connection. */
  start(found: FirstBytes): void {
    if (found.baseline !== undefined) {
      this.#splice(found.baseline, found);
      return;
    }
    const waiting = new WaitingClient(found.clientEnded, () => this.#close());
    this.#client.attach(waiting);
    this.#dialBaseline(this.#abort.signal).then(
      (pipe) => this.#onDialled(pipe, { ...found, clientEnded: waiting.ended }),
      (error: unknown) => this.#client.reset(InterceptError.from(error, 'upstream_unreachable')),
    );
  }

  /** Ends both sides at once. */
  abort(message: string): void {
    const error = new InterceptError('canceled', message);
    this.#abort.abort();
    this.#client.reset(error);
    this.#baseline?.reset(error);
  }

  sweep(now: number): void {
    if (now - this.#lastActivity > this.#context.limits.spliceIdleMs) this.abort('The connection was idle for too long.');
  }

  #onDialled(pipe: Pipe, found: FirstBytes): void {
    if (!this.#closed) {
      this.#splice(pipe, found);
      return;
    }
    pipe.attach(new WaitingClient(false, () => {}));
    pipe.reset(new InterceptError('canceled', 'The client connection ended.'));
  }

  #splice(baseline: Pipe, found: FirstBytes): void {
    this.#baseline = baseline;
    if (found.bytes.length > 0) baseline.write(found.bytes);
    if (found.greeting !== undefined) this.#client.write(found.greeting);
    if (found.clientEnded) baseline.end();
    splice(this.#client, baseline, {
      onBytes: () => {
        this.#lastActivity = this.#context.coarseNow;
      },
      onClosed: () => this.#close(),
    });
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#abort.abort();
    this.#onClosed();
  }
}

/** Stands for the client until the baseline is dialled. It is paused, so nothing comes but its end. */
class WaitingClient implements PipeHandler {
  ended: boolean;
  readonly #onGone: () => void;

  constructor(ended: boolean, onGone: () => void) {
    this.ended = ended;
    this.#onGone = onGone;
  }

  onData(): void {}

  onEnd(): void {
    this.ended = true;
  }

  onDrain(): void {}

  onClose(): void {
    this.#onGone();
  }
}
