import type { InterceptError } from './intercept-error.ts';

/**
 * A bidirectional byte stream with two independent halves: what a proxied connection is made of, whether a TCP socket or
 * a pipe of the tunnel carries it.
 *
 * Callbacks never run inside of a method of the pipe that caused them, except `onData`, which may run inside `resume()`.
 * Who opened a pipe owns it and must bring it to `onClose` (by `end()` on both sides, or by `reset()`).
 */
export interface Pipe {
  /**
   * Sends bytes; the pipe keeps a reference, so the caller must not change them afterwards.
   * Returns false when its buffer is over the high-water mark: write no more until `onDrain`. After `end()` or the pipe's close it drops
   * the bytes.
   */
  write(bytes: Buffer): boolean;
  /** Ends our half (after what was written). Idempotent. The other half stays open. */
  end(): void;
  /** Aborts both halves at once; the peer learns `reason.code`. `onClose` follows. Idempotent. */
  reset(reason: InterceptError): void;
  /** Stops delivery of data; the peer is slowed down by back-pressure. */
  pause(): void;
  resume(): void;
  /**
   * Names who receives the events, before the first one is delivered. A pipe starts paused: call `resume()`.
   * Called again, it hands the pipe over: later events go to the new handler.
   */
  attach(handler: PipeHandler): void;
  /** Bytes accepted by `write` and not yet handed to the system or the peer. */
  readonly bufferedBytes: number;
  /** Whether the way to the peer is broken and may come back: until then what is written waits. Absent: that never happens. */
  readonly interrupted?: boolean;
}

/** Receives what happens on a pipe. Nothing comes after `onClose`. */
export interface PipeHandler {
  /** The receiver owns `bytes` from now on. */
  onData(bytes: Buffer): void;
  /** The peer ended its half. Our half may still send. */
  onEnd(): void;
  /** The buffer fell below the low-water mark after a `write` that returned false. */
  onDrain(): void;
  /** Both halves are done; `error` says why when it was not orderly. Exactly once. */
  onClose(error?: InterceptError): void;
}
