import { frameFlags, frameHeadBytes, frameTypes } from './frame.ts';
import { http2Codes, toHttp2Violation } from './http2-error.ts';

/** A frame but for its payload. */
export interface FrameHead {
  readonly length: number;
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
}

/** Takes what a reader found. Whatever it throws ends the connection. */
export interface FrameSink {
  /** False: it had its share of this turn, read no further now. */
  mayRead(): boolean;
  /** A DATA frame begins; `length` is what it counts in flow control. */
  onDataHead(stream: number, length: number): void;
  /** Bytes of the frame that began, without padding. Says how many of them it took; fewer than all only when it had its share. */
  onData(stream: number, bytes: Buffer): number;
  /** All of the DATA frame came. */
  onDataDone(stream: number, endStream: boolean): void;
  /** Any other frame, whole. */
  onFrame(head: FrameHead, payload: Buffer): void;
}

/** Finds frames in the bytes of a connection, wherever these were cut. The payload of DATA is passed on as it comes, without a copy. */
export class FrameReader {
  readonly #sink: FrameSink;
  readonly #maxFrameBytes: number;
  #preface: Buffer;
  readonly #headBytes: Buffer = Buffer.alloc(frameHeadBytes);
  #headLength = 0;
  #frame: FrameHead | undefined;
  /** Of a frame that is not DATA: what came of its payload. */
  #payload: Buffer | undefined;
  #payloadLength = 0;
  /** Of a DATA frame: what is to come. */
  #padLengthLeft = 0;
  #dataLeft = 0;
  #padLeft = 0;

  /** `preface` is what the other end says before its first frame. */
  constructor(sink: FrameSink, maxFrameBytes: number, preface: Buffer) {
    this.#sink = sink;
    this.#maxFrameBytes = maxFrameBytes;
    this.#preface = preface;
  }

  /** Reads as much as the sink takes now; says how many bytes that were. Throws `protocol_violation`. */
  read(bytes: Buffer): number {
    let at = this.#readPreface(bytes);
    while (at < bytes.length && this.#sink.mayRead()) {
      if (this.#frame === undefined) at += this.#readHead(bytes, at);
      else if (this.#frame.type === frameTypes.data) at += this.#readData(this.#frame, bytes, at);
      else at += this.#readPayload(this.#frame, bytes, at);
    }
    return at;
  }

  #readPreface(bytes: Buffer): number {
    if (this.#preface.length === 0) return 0;
    const length = Math.min(this.#preface.length, bytes.length);
    if (bytes.compare(this.#preface, 0, length, 0, length) !== 0) throw toHttp2Violation('does not speak HTTP/2');
    this.#preface = this.#preface.subarray(length);
    return length;
  }

  #readHead(bytes: Buffer, at: number): number {
    if (this.#headLength === 0 && bytes.length - at >= frameHeadBytes) {
      this.#begin(bytes, at);
      return frameHeadBytes;
    }
    const taken = bytes.copy(this.#headBytes, this.#headLength, at);
    this.#headLength += taken;
    if (this.#headLength < frameHeadBytes) return taken;
    this.#headLength = 0;
    this.#begin(this.#headBytes, 0);
    return taken;
  }

  #begin(bytes: Buffer, at: number): void {
    const length = bytes.readUIntBE(at, 3);
    const frame = {
      length,
      type: bytes.readUInt8(at + 3),
      flags: bytes.readUInt8(at + 4),
      stream: bytes.readUInt32BE(at + 5) & 0x7fffffff,
    };
    if (length > this.#maxFrameBytes) throw toHttp2Violation('sent a frame that is too large', http2Codes.frameSizeError);
    if (frame.type === frameTypes.data) return this.#beginData(frame);
    if (length === 0) return this.#sink.onFrame(frame, Buffer.alloc(0));
    this.#frame = frame;
  }

  #beginData(frame: FrameHead): void {
    this.#sink.onDataHead(frame.stream, frame.length);
    const padded = (frame.flags & frameFlags.padded) !== 0;
    if (padded && frame.length === 0) throw toHttp2Violation('sent a frame that is too small', http2Codes.frameSizeError);
    this.#padLengthLeft = padded ? 1 : 0;
    this.#dataLeft = frame.length - this.#padLengthLeft;
    this.#padLeft = 0;
    this.#frame = frame;
    this.#endData(frame);
  }

  #readData(frame: FrameHead, bytes: Buffer, at: number): number {
    const taken = this.#readDataPart(frame, bytes, at);
    this.#endData(frame);
    return taken;
  }

  #readDataPart(frame: FrameHead, bytes: Buffer, at: number): number {
    if (this.#padLengthLeft > 0) {
      this.#padLengthLeft = 0;
      this.#padLeft = bytes.readUInt8(at);
      this.#dataLeft -= this.#padLeft;
      if (this.#dataLeft < 0) throw toHttp2Violation('sent more padding than its frame has room for');
      return 1;
    }
    if (this.#dataLeft > 0) {
      const taken = this.#sink.onData(frame.stream, bytes.subarray(at, at + this.#dataLeft));
      this.#dataLeft -= taken;
      return taken;
    }
    const skipped = Math.min(this.#padLeft, bytes.length - at);
    this.#padLeft -= skipped;
    return skipped;
  }

  #endData(frame: FrameHead): void {
    if (this.#padLengthLeft + this.#dataLeft + this.#padLeft > 0) return;
    this.#frame = undefined;
    this.#sink.onDataDone(frame.stream, (frame.flags & frameFlags.endStream) !== 0);
  }

  #readPayload(frame: FrameHead, bytes: Buffer, at: number): number {
    if (this.#payload === undefined && bytes.length - at >= frame.length) {
      this.#frame = undefined;
      this.#sink.onFrame(frame, bytes.subarray(at, at + frame.length));
      return frame.length;
    }
    this.#payload ??= Buffer.allocUnsafe(frame.length);
    const taken = bytes.copy(this.#payload, this.#payloadLength, at);
    this.#payloadLength += taken;
    if (this.#payloadLength === frame.length) {
      const payload = this.#payload;
      this.#frame = undefined;
      this.#payload = undefined;
      this.#payloadLength = 0;
      this.#sink.onFrame(frame, payload);
    }
    return taken;
  }
}
