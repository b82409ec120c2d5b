import type { InterceptError } from '@switchyard/contract';
import { clientPreface, defaultWindowBytes, encodeNumbers, encodeSettings, frameFlags, frameTypes, maxWindowBytes } from './frame.ts';
import type { FrameOutput } from './frame-output.ts';
import { FrameReader, type FrameHead, type FrameSink } from './frame-reader.ts';
import { HeaderBlock, type ReceivedHeaders } from './header-block.ts';
import type { HeaderList } from './header-field.ts';
import { HeadWriter } from './head-writer.ts';
import { http2Codes, toHttp2Code, toHttp2Violation } from './http2-error.ts';
import { Http2Stream, type Http2StreamHandler, type StreamCarrier } from './http2-stream.ts';
import { toOwnSettings } from './own-settings.ts';
import { PeerSettings } from './peer-settings.ts';
import { isRequestHead } from './request-head.ts';
import { fixedTunnelLimits } from '../limits.ts';

const limits = fixedTunnelLimits;

/** What a connection needs. */
export interface Http2Deps {
  readonly role: 'client' | 'server';
  /** Streams that the other end may have open. */
  readonly maxStreams: number;
  /** Streams that the other end may reset, or have refused, until `widen`; one more ends the connection. */
  readonly maxResets: number;
  /** The windows that we give it, of the connection and of each stream. */
  readonly windowBytes: number;
  readonly output: FrameOutput;
  /** Bytes that wait before the socket. */
  outBytes(): number;
  /** Something is to be written. */
  wake(): void;
  /** The other end opened a stream (servers only). */
  onStream(stream: Http2Stream, headers: HeaderList, end: boolean): void;
}

/** One HTTP/2 connection (RFC 9113), at either end, without IO: `receive` takes what came, `output` holds what is to be sent. */
export class Http2Connection implements FrameSink, StreamCarrier {
  readonly #deps: Http2Deps;
  readonly #reader: FrameReader;
  readonly #block = new HeaderBlock();
  readonly #headWriter = new HeadWriter();
  readonly #peer = new PeerSettings();
  readonly #streams = new Map<number, Http2Stream>();
  /** Streams with something to say and no room for it, in their order; urgent ones apart. */
  readonly #urgent = new Set<Http2Stream>();
  readonly #waiting = new Set<Http2Stream>();
  /** Streams that have no number yet, as the other end takes no more. */
  readonly #unopened = new Set<Http2Stream>();
  #budget: number = limits.messagesPerTurn.value;
  /** Whether the DATA frame that is read completed a message. */
  #fruitful = false;
  #lastOwnStream: number;
  #lastPeerStream = 0;
  #maxStreams: number;
  #resetsLeft: number;
  #windowBytes: number;
  #receiveWindow: number;
  #sendWindow = defaultWindowBytes;
  #greeted = false;
  #closed = false;

  constructor(deps: Http2Deps) {
    this.#deps = deps;
    this.#maxStreams = deps.maxStreams;
    this.#resetsLeft = deps.maxResets;
    this.#windowBytes = deps.windowBytes;
    this.#lastOwnStream = deps.role === 'client' ? -1 : 0;
    this.#reader = new FrameReader(this, limits.http2FrameBytes.value, deps.role === 'server' ? clientPreface : Buffer.alloc(0));
    if (deps.role === 'client') deps.output.raw(clientPreface);
    this.#receiveWindow = defaultWindowBytes;
    this.#sendSettings();
    this.#widenConnection(deps.windowBytes);
  }

  get maxFrameBytes(): number {
    return this.#peer.maxFrameBytes;
  }

  get sendableBytes(): number {
    return this.#deps.outBytes() >= limits.http2OutBytes.value ? 0 : this.#sendWindow;
  }

  /** Takes what came; says how much of it: the rest waits for the next turn. Throws `protocol_violation`; `fail` follows then. */
  receive(bytes: Buffer): number {
    return this.#closed ? bytes.length : this.#reader.read(bytes);
  }

  /** A new turn: it may have its share again. */
  refill(): void {
    this.#budget = limits.messagesPerTurn.value;
  }

  mayRead(): boolean {
    return this.#budget > 0 && !this.#closed;
  }

  /** A message or a frame without one was handled; false where its share of the turn is used up. */
  spend(): boolean {
    this.#fruitful = true;
    return --this.#budget > 0;
  }

  /** Opens a stream; it waits where the other end takes no more. */
  openStream(headers: HeaderList, handler: Http2StreamHandler): Http2Stream {
    const stream = new Http2Stream(this, 0, 0, this.#windowBytes);
    stream.handler = handler;
    stream.sendHeaders(headers);
    this.#unopened.add(stream);
    if (this.#closed) queueMicrotask(() => stream.close(undefined));
    else this.#openNext();
    return stream;
  }

  /** Takes more streams and bytes from now on, and any number of resets. */
  widen(maxStreams: number, windowBytes: number): void {
    const grown = windowBytes - this.#windowBytes;
    this.#maxStreams = maxStreams;
    this.#resetsLeft = Infinity;
    this.#windowBytes = windowBytes;
    for (const stream of this.#streams.values()) stream.widen(grown);
    this.#sendSettings();
    this.#widenConnection(windowBytes);
  }

  /** Room came: those who wait send in turn. */
  drain(): void {
    if (this.#urgent.size + this.#waiting.size === 0) return;
    for (const stream of [...this.#urgent, ...this.#waiting]) {
      if (this.sendableBytes <= 0) return;
      this.#urgent.delete(stream);
      this.#waiting.delete(stream);
      stream.pump();
    }
  }

  /** Says why the connection ends; the socket is to be closed after it. */
  goAway(error?: InterceptError): void {
    if (this.#closed) return;
    const code = error === undefined ? http2Codes.noError : toHttp2Code(error);
    this.frame(frameTypes.goaway, 0, 0, encodeNumbers(this.#lastPeerStream, code));
  }

  /** The connection is gone, and every stream with it. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const stream of [...this.#streams.values(), ...this.#unopened]) stream.close(undefined);
  }

  frame(type: number, flags: number, stream: number, body: Buffer, head?: Buffer): void {
    if (this.#closed) return;
    if (type === frameTypes.data) this.#sendWindow -= body.length + (head?.length ?? 0);
    this.#deps.output.frame(type, flags, stream, body, head);
    this.#deps.wake();
  }

  headers(stream: number, headers: HeaderList, end: boolean): void {
    for (const { type, flags, payload } of this.#headWriter.write(headers, end)) this.frame(type, flags, stream, payload);
  }

  waitForRoom(stream: Http2Stream): void {
    (stream.urgent ? this.#urgent : this.#waiting).add(stream);
  }

  forget(stream: Http2Stream): void {
    this.#urgent.delete(stream);
    this.#waiting.delete(stream);
    this.#unopened.delete(stream);
    this.#streams.delete(stream.id);
    this.#openNext();
  }

  onDataHead(id: number, length: number): void {
    this.#expect(!this.#block.open && this.#greeted, 'sent data where it may not');
    this.#fruitful = false;
    this.#receiveWindow -= length;
    if (this.#receiveWindow < 0) throw toHttp2Violation('sent more than its window', http2Codes.flowControlError);
    const used = this.#windowBytes - this.#receiveWindow;
    if (used * 2 >= this.#windowBytes) this.#widenConnection(this.#windowBytes);
    const stream = this.#find(id);
    if (stream?.remoteEnded !== true) return stream?.receive(length);
    this.#countReset();
    stream.reset(http2Codes.streamClosed);
  }

  onData(id: number, bytes: Buffer): number {
    return this.#streams.get(id)?.handler?.onData(bytes) ?? bytes.length;
  }

  onDataDone(id: number, endStream: boolean): void {
    if (!this.#fruitful) this.spend();
    const stream = this.#streams.get(id);
    if (!endStream || stream === undefined) return;
    stream.endRemote();
    if (!stream.closed) stream.handler?.onEnd();
  }

  onFrame(head: FrameHead, payload: Buffer): void {
    this.spend();
    this.#expect(this.#greeted || head.type === frameTypes.settings, 'did not begin with its settings');
    this.#expect(this.#block.open === (head.type === frameTypes.continuation), 'interrupted a head');
    switch (head.type) {
      case frameTypes.headers:
      case frameTypes.continuation:
        return this.#onHeaderFrame(head, payload);
      case frameTypes.resetStream:
        return this.#onReset(head, payload);
      case frameTypes.settings:
        return this.#onSettings(head, payload);
      case frameTypes.ping:
        return this.#onPing(head, payload);
      case frameTypes.windowUpdate:
        return this.#onWindowUpdate(head, payload);
      case frameTypes.goaway:
        return this.#onGoAway(head, payload);
      case frameTypes.priority:
        this.#expect(head.stream !== 0, 'sent a priority for no stream');
        return this.#expectSize(payload.length === 5);
      case frameTypes.pushPromise:
        throw toHttp2Violation('pushes, which nobody asked for');
      default:
    }
  }

  #onHeaderFrame(head: FrameHead, payload: Buffer): void {
    // All streams are the client's. Said at once: the rest of the head may never come.
    this.#expect(head.stream % 2 === 1, 'opened a stream by a wrong number');
    const block = this.#block.add(head, payload);
    if (block === undefined) return;
    if (this.#deps.role === 'server' && block.stream > this.#lastPeerStream) return this.#accept(block);
    const stream = this.#find(block.stream);
    if (stream !== undefined) {
      if (stream.remoteEnded) throw toHttp2Violation('sent a head behind the end of its stream', http2Codes.streamClosed);
      this.#expect(block.end || this.#deps.role === 'client', 'sent a second head');
      stream.remoteEnded = block.end;
      stream.handler?.onHeaders(block.headers, block.end);
      if (block.end) stream.endRemote();
    }
  }

  #accept({ stream: id, headers, end }: ReceivedHeaders): void {
    // It is answered, if only by a refusal, and no window bounds heads.
    this.#expectReader();
    this.#lastPeerStream = id;
    const isFull = this.#streams.size >= this.#maxStreams;
    if (isFull || !isRequestHead(headers)) {
      this.#countReset();
      return this.frame(frameTypes.resetStream, 0, id, encodeNumbers(isFull ? http2Codes.refusedStream : http2Codes.protocolError));
    }
    const stream = new Http2Stream(this, id, this.#peer.windowBytes, this.#windowBytes);
    stream.remoteEnded = end;
    this.#streams.set(id, stream);
    this.#deps.onStream(stream, headers, end);
  }

  #onReset(head: FrameHead, payload: Buffer): void {
    this.#expectSize(payload.length === 4);
    this.#expect(head.stream !== 0, 'reset no stream');
    const stream = this.#find(head.stream);
    if (stream === undefined) return;
    this.#countReset();
    stream.close(payload.readUInt32BE());
  }

  /** A stream that is over before its time makes room for the next at once, and its work may be done already. */
  #countReset(): void {
    if (--this.#resetsLeft < 0) throw toHttp2Violation('resets too many streams', http2Codes.enhanceYourCalm);
  }

  #onSettings(head: FrameHead, payload: Buffer): void {
    this.#expect(head.stream === 0, 'sent settings for a stream');
    const isAck = (head.flags & frameFlags.ack) !== 0;
    this.#expect(this.#greeted || !isAck, 'did not begin with its settings');
    this.#greeted = true;
    if (isAck) return this.#expectSize(payload.length === 0);
    const grown = this.#peer.apply(payload);
    for (const stream of this.#streams.values()) stream.addSendWindow(grown);
    this.#reply(frameTypes.settings, Buffer.alloc(0));
    this.#openNext();
  }

  #onPing(head: FrameHead, payload: Buffer): void {
    this.#expectSize(payload.length === 8);
    this.#expect(head.stream === 0, 'sent a ping on a stream');
    if ((head.flags & frameFlags.ack) === 0) this.#reply(frameTypes.ping, payload);
  }

  /** What the other end causes us to say, as often as it likes, while it may not read. */
  #reply(type: number, payload: Buffer): void {
    this.#expectReader();
    this.frame(type, frameFlags.ack, 0, payload);
  }

  #expectReader(): void {
    if (this.#deps.outBytes() > limits.http2ReplyBytes.value) {
      throw toHttp2Violation('asks and does not read the answers', http2Codes.enhanceYourCalm);
    }
  }

  #onWindowUpdate(head: FrameHead, payload: Buffer): void {
    this.#expectSize(payload.length === 4);
    const count = payload.readUInt32BE() & maxWindowBytes;
    this.#expect(count > 0, 'opened a window by nothing');
    if (head.stream !== 0) {
      this.#find(head.stream)?.addSendWindow(count);
      return;
    }
    this.#sendWindow += count;
    if (this.#sendWindow > maxWindowBytes) throw toHttp2Violation('opened a window too far', http2Codes.flowControlError);
    this.drain();
  }

  #onGoAway(head: FrameHead, payload: Buffer): void {
    this.#expectSize(payload.length >= 8);
    this.#expect(head.stream === 0, 'sent a goaway on a stream');
    if (this.#deps.role === 'server') return;
    const last = payload.readUInt32BE() & maxWindowBytes;
    this.#peer.maxStreams = 0;
    for (const stream of [...this.#streams.values(), ...this.#unopened])
      if (stream.id === 0 || stream.id > last) stream.close(http2Codes.refusedStream);
  }

  /** The stream `id`; undefined where it is over. Throws where it never was. */
  #find(id: number): Http2Stream | undefined {
    const stream = this.#streams.get(id);
    if (stream !== undefined) return stream;
    const isOwn = id % 2 === (this.#deps.role === 'client' ? 1 : 0);
    const last = isOwn ? this.#lastOwnStream : this.#lastPeerStream;
    this.#expect(id !== 0 && id <= last, 'used a stream that was not open');
    return undefined;
  }

  #openNext(): void {
    for (const stream of this.#unopened) {
      if (this.#streams.size >= this.#peer.maxStreams) return;
      this.#unopened.delete(stream);
      this.#lastOwnStream += 2;
      this.#streams.set(this.#lastOwnStream, stream);
      stream.open(this.#lastOwnStream, this.#peer.windowBytes);
    }
  }

  #sendSettings(): void {
    const settings = toOwnSettings(this.#deps.role, this.#maxStreams, this.#windowBytes);
    this.frame(frameTypes.settings, 0, 0, encodeSettings(settings));
  }

  #widenConnection(windowBytes: number): void {
    const grown = windowBytes - this.#receiveWindow;
    if (grown <= 0) return;
    this.#receiveWindow = windowBytes;
    this.frame(frameTypes.windowUpdate, 0, 0, encodeNumbers(grown));
  }

  #expect(holds: boolean, what: string): void {
    if (!holds) throw toHttp2Violation(what);
  }

  #expectSize(holds: boolean): void {
    if (!holds) throw toHttp2Violation('sent a frame of a wrong size', http2Codes.frameSizeError);
  }
}
