import { BodyScanner, RequestHeadParser, type FieldNames, type Refusal } from '@switchyard/http1';
import { ByteRun, type ByteSink } from './byte-run.ts';
import { HeadBuffer } from './head-buffer.ts';

/** What becomes of a request head. */
export type HeadVerdict =
  /** It goes on: as it came, or as `replaceHead` said. */
  | 'relay'
  /** It can not go on yet: keep it until `release()`, which asks again. */
  | 'hold'
  /** The connection is over: read nothing more. */
  | 'stop';

/** Receives what a client sends, request by request. */
export interface RequestSink extends ByteSink {
  /** Whether a request may begin now; else what comes is kept, unread, until `release()`. */
  mayBegin(): boolean;
  /** A whole head stands in `bytes[start..end)`; the reader's `head` holds what it says. */
  onHead(bytes: Buffer, start: number, end: number): HeadVerdict;
  /** Bytes to relay to the target of the newest request. */
  onBytes(bytes: Buffer): void;
  /** The newest request is complete. */
  onRequestEnd(): void;
  /** The input has no single meaning. `inHead`: no byte of the request went on. */
  onRefused(refusal: Refusal, inHead: boolean): 'hold' | 'stop';
}

type Mode = 'head' | 'body' | 'raw' | 'stopped';

/** Frames the bytes of one client connection into requests and relays them in runs, without copying them. */
export class RequestReader {
  readonly #sink: RequestSink;
  readonly #names: () => FieldNames;
  readonly #body: BodyScanner;
  readonly #partial: HeadBuffer = new HeadBuffer();
  #currentNames: FieldNames;
  #parser: RequestHeadParser;
  #mode: Mode = 'head';
  #held: Buffer | undefined;
  readonly #run: ByteRun;
  #replacement: Buffer | undefined;
  /** Where the newest request begins in the piece that is framed; 0 when it began before. */
  #requestStart = 0;

  /** @param names the field names to collect, asked for at each head; `trailerNames` may not come as trailers */
  constructor(sink: RequestSink, names: () => FieldNames, trailerNames: FieldNames) {
    this.#sink = sink;
    this.#run = new ByteRun(sink);
    this.#names = names;
    this.#body = new BodyScanner(trailerNames);
    this.#currentNames = names();
    this.#parser = new RequestHeadParser(this.#currentNames);
  }

  /** What the newest head says. */
  get head(): RequestHeadParser {
    return this.#parser;
  }

  /** Whether the connection stands between two requests: nothing partial, nothing held. */
  get isBetweenRequests(): boolean {
    return this.#mode === 'head' && this.#held === undefined && this.#partial.isEmpty;
  }

  /** Whether a head has begun and is not complete. */
  get isInHead(): boolean {
    return !this.#partial.isEmpty;
  }

  get isHolding(): boolean {
    return this.#held !== undefined;
  }

  /** Takes the next bytes of the connection. Must not be called while it is holding. */
  feed(bytes: Buffer): void {
    if (this.#partial.isEmpty) this.#process(bytes);
    else this.#process(this.#partial.append(bytes));
  }

  /** Asks again about the head that was held. */
  release(): void {
    const held = this.#held;
    if (held === undefined) return;
    this.#held = undefined;
    this.#process(held);
  }

  /** From now on every byte is relayed as it is, the held ones first. */
  becomeRaw(): void {
    this.#mode = 'raw';
    const held = this.#held;
    this.#held = undefined;
    if (held !== undefined && held.length > 0) this.#sink.onBytes(held);
  }

  /** Drops everything that is held and that still comes. */
  stop(): void {
    this.#mode = 'stopped';
    this.#held = undefined;
    this.#partial.release();
  }

  /** `bytes` go on in the place of the head that the sink is deciding about. */
  replaceHead(bytes: Buffer): void {
    this.#replacement = bytes;
  }

  /** Relays what stands before the head that the sink is deciding about: call it before sending anything else. */
  flushRun(): void {
    this.#run.flush();
  }

  #process(bytes: Buffer): void {
    this.#run.begin(bytes);
    this.#requestStart = 0;
    let at = 0;
    while (at < bytes.length && this.#mode !== 'stopped' && this.#held === undefined) {
      at = this.#mode === 'head' ? this.#processHead(bytes, at) : this.#processBody(bytes, at);
    }
    if (this.#mode === 'stopped') this.#run.drop();
    else this.#run.finish();
  }

  #hold(bytes: Buffer, at: number): number {
    this.#run.flush();
    this.#held = bytes.subarray(at);
    return bytes.length;
  }

  #processHead(bytes: Buffer, at: number): number {
    if (this.#partial.isEmpty) {
      if (!this.#sink.mayBegin()) return this.#hold(bytes, at);
      this.#beginHead();
    }
    const progress = this.#parser.parse(bytes, at, bytes.length);
    if (progress === 'more') {
      if (this.#partial.isEmpty) this.#partial.append(bytes.subarray(at));
      return bytes.length;
    }
    this.#partial.release();
    if (progress === 'refused') {
      this.#run.flush();
      const refusal = this.#parser.refusal;
      if (refusal !== undefined && this.#sink.onRefused(refusal, true) === 'hold') return this.#hold(bytes, at);
      this.stop();
      return bytes.length;
    }
    return this.#decide(bytes, at, at + this.#parser.start, at + this.#parser.position);
  }

  #decide(bytes: Buffer, at: number, start: number, end: number): number {
    if (start > at) this.#run.skipTo(start);
    switch (this.#sink.onHead(bytes, start, end)) {
      case 'hold':
        return this.#hold(bytes, start);
      case 'stop':
        this.stop();
        return bytes.length;
      case 'relay':
        this.#relayHead(end);
    }
    this.#requestStart = start;
    this.#body.begin(this.#parser.bodyBytes);
    if (this.#body.done) this.#sink.onRequestEnd();
    else this.#mode = 'body';
    return end;
  }

  #relayHead(end: number): void {
    const replacement = this.#replacement;
    if (replacement === undefined) this.#run.extendTo(end);
    else {
      this.#replacement = undefined;
      this.#run.replaceTo(end, replacement);
    }
  }

  #beginHead(): void {
    const names = this.#names();
    if (names !== this.#currentNames) {
      this.#currentNames = names;
      this.#parser = new RequestHeadParser(names);
    }
    this.#parser.begin();
  }

  #processBody(bytes: Buffer, at: number): number {
    if (this.#mode === 'raw') {
      this.#run.extendTo(bytes.length);
      return bytes.length;
    }
    const progress = this.#body.scan(bytes, at, bytes.length);
    if (progress === 'refused') {
      // What stands before the bad request is good; of the request itself no more than what is gone already.
      this.#run.extendTo(Math.max(this.#run.start, this.#requestStart));
      this.#run.flush();
      const refusal = this.#body.refusal;
      if (refusal !== undefined) this.#sink.onRefused(refusal, false);
      this.stop();
      return bytes.length;
    }
    this.#run.extendTo(this.#body.position);
    if (progress === 'done') {
      this.#run.flush();
      this.#mode = 'head';
      this.#sink.onRequestEnd();
    }
    return this.#body.position;
  }
}
