import { encodeNumbers, frameFlags, frameTypes, maxWindowBytes } from './frame.ts';
import type { HeaderList } from './header-field.ts';
import { http2Codes, toHttp2Violation, type Http2Code } from './http2-error.ts';

/** Receives what comes on a stream. */
export interface Http2StreamHandler {
  /** The other end's head (at a client), or its trailer. */
  onHeaders(headers: HeaderList, end: boolean): void;
  /** Bytes; says how many of them it took: fewer than all where it had its share of this turn, and the rest comes again. */
  onData(bytes: Buffer): number;
  /** The other end has ended its half, without a trailer. */
  onEnd(): void;
  /** After `write` said false: there is room again. */
  onDrain(): void;
  /**
   * The stream is over in both directions; exactly once, nothing follows. `code` is of RFC 9113, section 7; undefined where the connection
   * is lost.
   */
  onClose(code: number | undefined): void;
}

/** What a stream needs of its connection. */
export interface StreamCarrier {
  readonly maxFrameBytes: number;
  /** Bytes that may be sent on the connection now: 0 while its socket is full. */
  readonly sendableBytes: number;
  /** A frame leaves. DATA counts in flow control. */
  frame(type: number, flags: number, stream: number, body: Buffer, head?: Buffer): void;
  headers(stream: number, headers: HeaderList, end: boolean): void;
  /** The stream waits for room. */
  waitForRoom(stream: Http2Stream): void;
  /** The stream is over. */
  forget(stream: Http2Stream): void;
}

const nothing = Buffer.alloc(0);

/** One stream of a connection, at either end. What flow control does not let out waits here; `backlog` says how much that is. */
export class Http2Stream {
  readonly #carrier: StreamCarrier;
  #id: number;
  /** What is told of the stream; the connection names it before anything comes. */
  handler: Http2StreamHandler | undefined;
  /** What waits on it goes before what waits on others. */
  urgent = false;
  #sendWindow: number;
  #receiveWindow: number;
  #windowBytes: number;
  #head: { readonly headers: HeaderList; readonly end: boolean } | undefined;
  #waiting: Buffer[] = [];
  #end: 'open' | 'ending' | 'ended' = 'open';
  #trailers: HeaderList | undefined;
  #owesDrain = false;
  #closed = false;
  /** The other end says nothing more. */
  remoteEnded = false;

  /** `id` 0: it is opened later. */
  constructor(carrier: StreamCarrier, id: number, sendWindow: number, windowBytes: number) {
    this.#carrier = carrier;
    this.#id = id;
    this.#sendWindow = sendWindow;
    this.#receiveWindow = windowBytes;
    this.#windowBytes = windowBytes;
  }

  get id(): number {
    return this.#id;
  }

  /** Messages that wait for room. */
  get backlog(): number {
    return this.#waiting.length;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Gives it the number that it waited for. */
  open(id: number, sendWindow: number): void {
    this.#id = id;
    this.#sendWindow = sendWindow;
    if (this.#head !== undefined) this.#carrier.headers(id, this.#head.headers, this.#head.end);
    this.#head = undefined;
    this.pump();
  }

  sendHeaders(headers: HeaderList): void {
    if (this.#closed) return;
    if (this.#id === 0) this.#head = { headers, end: false };
    else this.#carrier.headers(this.#id, headers, false);
  }

  /** Sends `head` (a few bytes, copied) and `body` (not to be changed until it left). False: wait for `onDrain` with what can wait. */
  write(head: Buffer, body: Buffer): boolean {
    if (this.#closed || this.#end !== 'open') return true;
    const length = head.length + body.length;
    // It would wait for room that no window gives.
    if (length === 0) return !this.#owesDrain;
    if (this.#waiting.length === 0 && this.#id !== 0 && length <= this.#room()) {
      this.#sendWindow -= length;
      this.#carrier.frame(frameTypes.data, 0, this.#id, body, head);
      return true;
    }
    this.#waiting.push(Buffer.concat([head, body]));
    this.#sendWaiting();
    this.#owesDrain ||= this.#waiting.length > 0;
    return !this.#owesDrain;
  }

  /** Ends our half, after what waits. */
  end(trailers?: HeaderList): void {
    if (this.#closed || this.#end !== 'open') return;
    this.#end = 'ending';
    this.#trailers = trailers;
    this.pump();
  }

  /** Aborts the stream. */
  reset(code: Http2Code): void {
    if (this.#closed) return;
    if (this.#id !== 0) this.#carrier.frame(frameTypes.resetStream, 0, this.#id, encodeNumbers(code));
    this.close(code);
  }

  /** Sends what there is room for, and says so where room is left. */
  pump(): void {
    this.#sendWaiting();
    if (this.#waiting.length > 0) return;
    if (this.#end === 'ending' && this.#id !== 0) this.#sendEnd();
    if (!this.#owesDrain) return;
    this.#owesDrain = false;
    this.handler?.onDrain();
  }

  #sendWaiting(): void {
    while (this.#waiting.length > 0 && this.#id !== 0) {
      const [first = nothing] = this.#waiting;
      const room = Math.min(first.length, this.#room());
      if (room <= 0) {
        // More window for the stream itself comes to `addSendWindow`.
        if (this.#sendWindow > 0) this.#carrier.waitForRoom(this);
        return;
      }
      this.#sendWindow -= room;
      this.#carrier.frame(frameTypes.data, 0, this.#id, first.subarray(0, room));
      if (room < first.length) this.#waiting[0] = first.subarray(room);
      else this.#waiting.shift();
    }
  }

  #sendEnd(): void {
    this.#end = 'ended';
    if (this.#trailers === undefined) this.#carrier.frame(frameTypes.data, frameFlags.endStream, this.#id, nothing);
    else this.#carrier.headers(this.#id, this.#trailers, true);
    if (this.remoteEnded) this.close(http2Codes.noError);
  }

  #room(): number {
    return Math.min(this.#sendWindow, this.#carrier.maxFrameBytes, this.#carrier.sendableBytes);
  }

  /** The other end takes `count` more (fewer, where negative). */
  addSendWindow(count: number): void {
    this.#sendWindow += count;
    if (this.#sendWindow > maxWindowBytes) throw toHttp2Violation('opened a window too far', http2Codes.flowControlError);
    if (count > 0) this.pump();
  }

  /** We take `count` more from now on. */
  widen(count: number): void {
    this.#windowBytes += count;
    this.#receiveWindow += count;
  }

  /** Bytes came: they are promised again by halves of the window, whoever reads them, as only the credit of pipes may slow anybody. */
  receive(count: number): void {
    this.#receiveWindow -= count;
    if (this.#receiveWindow < 0) throw toHttp2Violation('sent more than its window', http2Codes.flowControlError);
    const used = this.#windowBytes - this.#receiveWindow;
    if (used * 2 < this.#windowBytes || this.remoteEnded) return;
    this.#receiveWindow += used;
    this.#carrier.frame(frameTypes.windowUpdate, 0, this.#id, encodeNumbers(used));
  }

  /** The other end has ended its half. */
  endRemote(): void {
    this.remoteEnded = true;
    if (this.#end === 'ended') this.close(http2Codes.noError);
  }

  /** It is over. */
  close(code: number | undefined): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#waiting = [];
    this.#carrier.forget(this);
    this.handler?.onClose(code);
  }
}
