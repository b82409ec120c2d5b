import type { InterceptError, Pipe, PipeHandler } from '@switchyard/contract';

/** One direction's receiver: what `from` delivers goes to `to`. */
class Half implements PipeHandler {
  readonly #from: Pipe;
  readonly #to: Pipe;
  readonly #onBytes: () => void;
  readonly #onClosed: () => void;

  constructor(from: Pipe, to: Pipe, onBytes: () => void, onClosed: () => void) {
    this.#from = from;
    this.#to = to;
    this.#onBytes = onBytes;
    this.#onClosed = onClosed;
  }

  onData(bytes: Buffer): void {
    this.#onBytes();
    if (!this.#to.write(bytes)) this.#from.pause();
  }

  onEnd(): void {
    this.#to.end();
  }

  onDrain(): void {
    this.#to.resume();
  }

  onClose(error?: InterceptError): void {
    if (error !== undefined) this.#to.reset(error);
    this.#onClosed();
  }
}

/** Tells what goes on in a splice. */
export interface SpliceEvents {
  /** Bytes went through. */
  onBytes(): void;
  /** Both pipes are closed. */
  onClosed(): void;
}

/** Relays two pipes to each other, byte for byte, with back-pressure and half-close, until both are closed. */
export function splice(a: Pipe, b: Pipe, events: SpliceEvents): void {
  let open = 2;
  const onClosed = (): void => {
    if (--open === 0) events.onClosed();
  };
  a.attach(new Half(a, b, events.onBytes, onClosed));
  b.attach(new Half(b, a, events.onBytes, onClosed));
  a.resume();
  b.resume();
}
