import type { Clock, InterceptError, Pipe, PipeHandler, Timer } from '@switchyard/contract';
import { settle, type Detected } from './detect.ts';

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
  readonly clock: Clock;
  /** How the first bytes are classified. */
  readonly detect: (bytes: Buffer) => Detected;
  /** How long a silent client is waited for before the baseline is dialled. */
  readonly silentMs: number;
  /** How long an undecided first line is waited for. */
  readonly lineMs: number;
  readonly dialBaseline: (signal: AbortSignal) => Promise<Pipe>;
  readonly onFound: (found: FirstBytes) => void;
  /** The client, or a baseline that was dialled for a silent client, went away first. */
  readonly onGone: () => void;
}

const noBytes: Buffer = Buffer.alloc(0);

/**
 * Finds out what a client speaks. A silent client may wait for its server to speak first, so after a while the baseline is
 * dialled; but only the server's own bytes commit the connection to raw TCP. When the client's come first they are
 * detected, and the open connection serves as the baseline's: a warmed, silent HTTP connection does not escape routing.
 */
export class FirstBytesDetector implements PipeHandler {
  readonly #client: Pipe;
  readonly #options: DetectOptions;
  readonly #abort: AbortController = new AbortController();
  #timer: Timer;
  #bytes: Buffer = noBytes;
  #baseline: Pipe | undefined;
  #done = false;

  constructor(client: Pipe, options: DetectOptions) {
    this.#client = client;
    this.#options = options;
    this.#timer = options.clock.after(options.silentMs, () => this.#dial());
    client.attach(this);
    client.resume();
  }

  onData(bytes: Buffer): void {
    if (this.#done) return;
    const isFirst = this.#bytes.length === 0;
    this.#bytes = this.#bytes.length === 0 ? bytes : Buffer.concat([this.#bytes, bytes]);
    const detected = this.#options.detect(this.#bytes);
    if (detected !== 'more') this.#found(detected, undefined);
    else if (isFirst) {
      this.#timer.cancel();
      this.#timer = this.#options.clock.after(this.#options.lineMs, () => this.#found(settle(this.#bytes), undefined));
    }
  }

  /** The client sends nothing more: whatever it sent is for the server to judge. */
  onEnd(): void {
    if (this.#bytes.length > 0 || this.#baseline !== undefined) this.#found('tcp', undefined, true);
    else {
      this.#client.end();
      this.dispose();
    }
  }

  onDrain(): void {}

  onClose(_error?: InterceptError): void {
    this.dispose();
  }

  /** Gives up; both connections are reset. */
  dispose(error?: InterceptError): void {
    if (this.#done) return;
    this.#stop();
    this.#abort.abort();
    if (error !== undefined) {
      this.#client.reset(error);
      this.#baseline?.reset(error);
    } else this.#baseline?.end();
    this.#options.onGone();
  }

  #stop(): void {
    this.#done = true;
    this.#timer.cancel();
  }

  #dial(): void {
    this.#options.dialBaseline(this.#abort.signal).then(
      (pipe) => this.#onDialled(pipe),
      () => {
        // The baseline is dialled again, and its failure answered, when there is something to answer.
      },
    );
  }

  #onDialled(pipe: Pipe): void {
    if (this.#done) {
      pipe.attach(ignored);
      pipe.end();
      pipe.resume();
      return;
    }
    this.#baseline = pipe;
    pipe.attach({
      onData: (bytes) => this.#found('tcp', bytes),
      onEnd: () => this.#onServerGone(),
      onDrain: () => {},
      onClose: () => this.#onServerGone(),
    });
    pipe.resume();
  }

  #onServerGone(): void {
    if (this.#done) return;
    this.#client.end();
    this.#client.attach(ignored);
    this.dispose();
  }

  #found(detected: Exclude<Detected, 'more'>, greeting: Buffer | undefined, clientEnded = false): void {
    if (this.#done) return;
    this.#stop();
    this.#client.pause();
    this.#baseline?.pause();
    if (this.#baseline === undefined) this.#abort.abort();
    this.#options.onFound({ detected, bytes: this.#bytes, baseline: this.#baseline, greeting, clientEnded });
  }
}

const ignored: PipeHandler = { onData: () => {}, onEnd: () => {}, onDrain: () => {}, onClose: () => {} };
