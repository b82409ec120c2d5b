/** Bytes before a message: whether it is compressed, and its length. */
export const prefixBytes = 5;

/** What a reader does with what it found. */
export interface MessageSink {
  /** A message; false where it had its share of this turn. */
  onMessage(message: Buffer): boolean;
  /** The bytes are no messages, or a message is larger than allowed; nothing more is read. */
  onBroken(reason: 'compressed' | 'too_large'): void;
}

/** Finds the length-prefixed messages of gRPC in the bytes of one stream. A message that came whole is passed on in place. */
export class MessageReader {
  readonly #sink: MessageSink;
  readonly #maxBytes: number;
  readonly #prefix: Buffer = Buffer.alloc(prefixBytes);
  #prefixLength = 0;
  /** Of the message that began; undefined between messages. */
  #length: number | undefined;
  #body: Buffer | undefined;
  #bodyLength = 0;
  #broken = false;

  constructor(sink: MessageSink, maxBytes: number) {
    this.#sink = sink;
    this.#maxBytes = maxBytes;
  }

  /** Reads until the sink had its share; says how many bytes that were. */
  read(bytes: Buffer): number {
    let at = 0;
    while (at < bytes.length) {
      if (this.#broken) return bytes.length;
      if (this.#length === undefined) {
        at += this.#readPrefix(bytes, at);
        if (this.#length !== 0) continue;
      }
      const message = this.#readBody(bytes, at, this.#length ?? 0);
      at += message.taken;
      if (message.whole !== undefined && !this.#deliver(message.whole)) return at;
    }
    return at;
  }

  #deliver(message: Buffer): boolean {
    this.#length = undefined;
    this.#body = undefined;
    this.#bodyLength = 0;
    return this.#sink.onMessage(message);
  }

  #readPrefix(bytes: Buffer, at: number): number {
    if (this.#prefixLength === 0 && bytes.length - at >= prefixBytes) {
      this.#begin(bytes.readUInt8(at), bytes.readUInt32BE(at + 1));
      return prefixBytes;
    }
    const taken = bytes.copy(this.#prefix, this.#prefixLength, at);
    this.#prefixLength += taken;
    if (this.#prefixLength === prefixBytes) {
      this.#prefixLength = 0;
      this.#begin(this.#prefix.readUInt8(0), this.#prefix.readUInt32BE(1));
    }
    return taken;
  }

  #begin(compressed: number, length: number): void {
    if (compressed === 0 && length <= this.#maxBytes) {
      this.#length = length;
      return;
    }
    this.#broken = true;
    this.#sink.onBroken(compressed === 0 ? 'too_large' : 'compressed');
  }

  #readBody(bytes: Buffer, at: number, length: number): { readonly taken: number; readonly whole: Buffer | undefined } {
    if (this.#body === undefined && bytes.length - at >= length) return { taken: length, whole: bytes.subarray(at, at + length) };
    this.#body ??= Buffer.allocUnsafe(length);
    const taken = bytes.copy(this.#body, this.#bodyLength, at);
    this.#bodyLength += taken;
    return { taken, whole: this.#bodyLength === length ? this.#body : undefined };
  }
}
