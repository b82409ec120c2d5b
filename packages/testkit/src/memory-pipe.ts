import { InterceptError, type Pipe, type PipeHandler } from '@switchyard/contract';

/** The marks of a memory pipe, in bytes. */
export interface MemoryPipeOptions {
  /** `write` returns false from here on. Default 64 KiB. */
  readonly highWaterBytes?: number;
  /** `onDrain` comes at or below this. Default a quarter of the high-water mark. */
  readonly lowWaterBytes?: number;
}

/** Two pipes, each the other's peer: what one writes, the other receives, without sockets. Events come in microtasks. */
export function createMemoryPipePair(options: MemoryPipeOptions = {}): [Pipe, Pipe] {
  const highWaterBytes = options.highWaterBytes ?? 64 * 1024;
  const lowWaterBytes = options.lowWaterBytes ?? highWaterBytes / 4;
  const a = new MemoryPipe(highWaterBytes, lowWaterBytes);
  const b = new MemoryPipe(highWaterBytes, lowWaterBytes);
  a.connect(b);
  b.connect(a);
  return [a, b];
}

/** One end. Bytes wait at the receiving end until it is attached and resumed. */
class MemoryPipe implements Pipe {
  readonly #highWaterBytes: number;
  readonly #lowWaterBytes: number;
  #peer: MemoryPipe = this;
  #handler: PipeHandler | undefined;
  #inbound: Buffer[] = [];
  #inboundBytes = 0;
  #flowing = false;
  #scheduled = false;
  #wantsDrain = false;
  /** Our half: `end()` was called. */
  #ended = false;
  /** The peer's half: `onEnd` was delivered. */
  #peerEnded = false;
  #resetReason: InterceptError | undefined;
  #closed = false;

  constructor(highWaterBytes: number, lowWaterBytes: number) {
    this.#highWaterBytes = highWaterBytes;
    this.#lowWaterBytes = lowWaterBytes;
  }

  connect(peer: MemoryPipe): void {
    this.#peer = peer;
  }

  get bufferedBytes(): number {
    return this.#peer.#inboundBytes;
  }

  write(bytes: Buffer): boolean {
    if (this.#ended || this.#over) return true;
    const peer = this.#peer;
    if (bytes.length > 0) {
      peer.#inbound.push(bytes);
      peer.#inboundBytes += bytes.length;
      peer.#schedule();
    }
    this.#wantsDrain ||= peer.#inboundBytes > this.#highWaterBytes;
    return !this.#wantsDrain;
  }

  end(): void {
    if (this.#ended || this.#over) return;
    this.#ended = true;
    this.#schedule();
    this.#peer.#schedule();
  }

  reset(reason: InterceptError): void {
    if (this.#over) return;
    this.#abort(reason);
    // The peer learns the code, as over a wire; the cause stays on this side.
    this.#peer.#abort(new InterceptError(reason.code, reason.message));
  }

  pause(): void {
    this.#flowing = false;
  }

  resume(): void {
    this.#flowing = true;
    this.#schedule();
  }

  attach(handler: PipeHandler): void {
    this.#handler = handler;
    this.#schedule();
  }

  get #over(): boolean {
    return this.#closed || this.#resetReason !== undefined;
  }

  #abort(reason: InterceptError): void {
    if (this.#over) return;
    this.#resetReason = reason;
    this.#inbound = [];
    this.#inboundBytes = 0;
    this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled || this.#closed) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.#deliver();
    });
  }

  #deliver(): void {
    this.#deliverData();
    if (this.#handler === undefined || this.#closed) return;
    if (this.#flowing && !this.#over && this.#inbound.length === 0 && this.#peer.#ended && !this.#peerEnded) {
      this.#peerEnded = true;
      this.#handler.onEnd();
    }
    if (this.#wantsDrain && !this.#over && this.bufferedBytes <= this.#lowWaterBytes) {
      this.#wantsDrain = false;
      if (!this.#ended) this.#handler.onDrain();
    }
    if (this.#resetReason !== undefined || (this.#ended && this.#peerEnded)) {
      this.#closed = true;
      this.#handler.onClose(this.#resetReason);
    }
  }

  /** A callback may pause, reset or hand over the pipe, so each piece asks anew. */
  #deliverData(): void {
    while (this.#handler !== undefined && this.#flowing && !this.#over) {
      const bytes = this.#inbound.shift();
      if (bytes === undefined) break;
      this.#inboundBytes -= bytes.length;
      if (this.#peer.#wantsDrain) this.#peer.#schedule();
      this.#handler.onData(bytes);
    }
  }
}
