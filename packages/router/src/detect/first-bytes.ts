import { InterceptError, type Pipe, type PipeHandler, type Timer } from '@switchyard/contract';
import type { DialBaseline } from '../dial/dial-baseline.ts';
import { farewell } from '../farewell.ts';
import type { PortContext } from '../port-context.ts';
import type { Detected } from './detect.ts';

/** What was found out about a connection before anything was decided. */
export interface FirstBytes {
  readonly detected: Exclude<Detected, 'more'>;
  /** What the client sent so far; nothing of it was passed on. */
  readonly bytes: Buffer;
  /** A connection to the baseline that was opened while the client was silent. It is paused. */
  readonly baseline: Pipe | undefined;
  /** What the server sent, when it spoke first: it is to be relayed before anything else. */
  readonly greeting: Buffer | undefined;
  /** The client ended its half already. */
  readonly clientEnded: boolean;
}

/** What the detection of one connection needs. */
export interface DetectOptions {
  /** How the first bytes are classified. */
  readonly detect: (bytes: Buffer) => Detected;
  /** How bytes that stay undecided are classified, when the client stalls or ends its half. */
  readonly settle: (bytes: Buffer) => Exclude<Detected, 'more'>;
  /** How long a silent client is waited for before the baseline is dialled. */
  readonly silentMs: number;
  readonly dialBaseline: DialBaseline;
  readonly onFound: (found: FirstBytes) => void;
  /** The client went away first; or its server did, and the client followed. */
  readonly onGone: () => void;
}

/** What the detection uses of its port. */
export type DetectContext = Pick<PortContext, 'clock' | 'limits'>;

/** How far the detection is. */
type Phase =
  | 'waiting'
  /** The server left before anybody spoke: the client's half is ended, its own is awaited. */
  | 'leaving'
  | 'done';

const noBytes: Buffer = Buffer.alloc(0);

/**
 * Finds out what a client speaks. A silent client may wait for its server to speak first, so after a while the baseline is
 * dialled; but only the server's own bytes commit the connection to raw TCP. When the client's come first they are
 * detected, and the open connection serves as the baseline's: a warmed, silent HTTP connection does not escape routing.
 */
export class FirstBytesDetector implements PipeHandler {
  readonly #client: Pipe;
  readonly #context: DetectContext;
  readonly #options: DetectOptions;
  readonly #abort: AbortController = new AbortController();
  #timer: Timer;
  #bytes: Buffer = noBytes;
  #baseline: Pipe | undefined;
  #phase: Phase = 'waiting';

  constructor(client: Pipe, context: DetectContext, options: DetectOptions) {
    this.#client = client;
    this.#context = context;
    this.#options = options;
    this.#timer = context.clock.after(options.silentMs, () => this.#dial());
    client.attach(this);
    client.resume();
  }

  onData(bytes: Buffer): void {
    if (this.#phase !== 'waiting') return;
    const isFirst = this.#bytes.length === 0;
    this.#bytes = this.#bytes.length === 0 ? bytes : Buffer.concat([this.#bytes, bytes]);
    const detected = this.#options.detect(this.#bytes);
    if (detected !== 'more') this.#found(detected, undefined);
    else if (isFirst) {
      this.#timer.cancel();
      const { clock, limits } = this.#context;
      this.#timer = clock.after(limits.headTimeoutMs, () => this.#found(this.#options.settle(this.#bytes), undefined));
    }
  }

  /** The client sends nothing more: whatever it sent is for the server to judge. */
  onEnd(): void {
    if (this.#phase !== 'waiting') return;
    if (this.#bytes.length > 0) this.#found(this.#options.settle(this.#bytes), undefined, true);
    else if (this.#baseline !== undefined) this.#found('tcp', undefined, true);
    else this.#leave();
  }

  onDrain(): void {}

  onClose(): void {
    if (this.#phase === 'done') return;
    this.#stop('done');
    this.#abort.abort();
    if (this.#baseline !== undefined) farewell(this.#baseline, this.#context);
    this.#options.onGone();
  }

  /** Gives up: both connections are reset. */
  dispose(error: InterceptError): void {
    if (this.#phase === 'done') return;
    this.#stop('done');
    this.#abort.abort();
    this.#client.reset(error);
    this.#baseline?.reset(error);
    this.#options.onGone();
  }

  /** Ends the client's connection in order, whatever it might have said. */
  leave(): void {
    if (this.#phase !== 'waiting') return;
    if (this.#baseline !== undefined) farewell(this.#baseline, this.#context);
    this.#baseline = undefined;
    this.#leave();
  }

  #stop(phase: Exclude<Phase, 'waiting'>): void {
    this.#phase = phase;
    this.#timer.cancel();
  }

  /** Ends the client's connection in order; whether it ends its own half is up to it, but not for long. */
  #leave(): void {
    const { clock, limits } = this.#context;
    this.#stop('leaving');
    this.#client.end();
    this.#timer = clock.after(limits.lingerMs, () => {
      this.#client.reset(new InterceptError('canceled', 'The client did not close its connection.'));
    });
  }

  #dial(): void {
    this.#options.dialBaseline(this.#abort.signal).then(
      (pipe) => this.#onDialled(pipe),
      (error: unknown) => this.#onDialFailed(error),
    );
  }

  /**
   * Who waits for its server to speak must hear that there is none. To one that speaks, its failure is answered when it is dialled again.
   */
  #onDialFailed(error: unknown): void {
    if (this.#bytes.length === 0) this.dispose(InterceptError.from(error, 'upstream_unreachable'));
  }

  #onDialled(pipe: Pipe): void {
    if (this.#phase !== 'waiting') {
      farewell(pipe, this.#context);
      return;
    }
    this.#baseline = pipe;
    pipe.attach({
      onData: (bytes) => this.#found('tcp', bytes),
      onEnd: () => this.#onServerGone(pipe),
      onDrain: () => {},
      onClose: () => this.#onServerGone(pipe),
    });
    pipe.resume();
  }

  #onServerGone(pipe: Pipe): void {
    if (this.#phase !== 'waiting') return;
    this.#baseline = undefined;
    pipe.end();
    this.#leave();
  }

  #found(detected: Exclude<Detected, 'more'>, greeting: Buffer | undefined, clientEnded = false): void {
    if (this.#phase !== 'waiting') return;
    this.#stop('done');
    this.#client.pause();
    this.#baseline?.pause();
    if (this.#baseline === undefined) this.#abort.abort();
    this.#options.onFound({ detected, bytes: this.#bytes, baseline: this.#baseline, greeting, clientEnded });
  }
}
