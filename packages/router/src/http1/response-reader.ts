import { BodyScanner, ResponseHeadParser, type Refusal } from '@switchyard/http1';
import { ByteRun, type ByteSink } from './byte-run.ts';
import { HeadBuffer } from './head-buffer.ts';

/** What becomes of a response head. */
export type ResponseVerdict =
  /** It goes on: as it came, or as `replaceHead` said. */
  | 'relay'
  /** The connection is over: read nothing more. */
  | 'stop';

/** Receives what a target sends, response by response. */
export interface ResponseSink extends ByteSink {
  /** The method of the request that the next response answers; undefined: nothing was asked, so no response may come. */
  expectedMethod(): string | undefined;
  /** A whole head stands in `bytes[start..end)`; the reader's `head` holds what it says. */
  onResponseHead(bytes: Buffer, start: number, end: number): ResponseVerdict;
  /** Bytes to relay to the client. */
  onBytes(bytes: Buffer): void;
  /** A final response is complete. Its last bytes may not be relayed yet: act in `onResponsesRelayed`. */
  onResponseEnd(): void;
  /** All that came is relayed. */
  onResponsesRelayed(): void;
  /** The target sent what has no single meaning, or what nobody asked for. */
  onResponseRefused(refusal: Refusal): void;
}

type Mode = 'head' | 'body' | 'raw' | 'stopped';

const unsolicited: Refusal = { code: 'upstream_violation', message: 'The target sent a response that nobody asked for.' };

/** Frames the bytes of one target connection into responses and relays them in runs, without copying them. */
export class ResponseReader {
  readonly #sink: ResponseSink;
  readonly #parser: ResponseHeadParser = new ResponseHeadParser();
  readonly #body: BodyScanner = new BodyScanner();
  readonly #partial: HeadBuffer = new HeadBuffer();
  #mode: Mode = 'head';
  readonly #run: ByteRun;
  #replacement: Buffer | undefined;

  constructor(sink: ResponseSink) {
    this.#sink = sink;
    this.#run = new ByteRun(sink);
  }

  /** What the newest head says. */
  get head(): ResponseHeadParser {
    return this.#parser;
  }

  /** Whether the response that is being read ends when the target ends its half. */
  get endsWithConnection(): boolean {
    return this.#mode === 'raw' || (this.#mode === 'body' && this.#body.endsWithConnection);
  }

  /** Takes the next bytes of the connection. */
  feed(bytes: Buffer): void {
    if (this.#partial.isEmpty) this.#process(bytes);
    else this.#process(this.#partial.append(bytes));
  }

  /** From now on every byte is relayed as it is. */
  becomeRaw(): void {
    this.#mode = 'raw';
  }

  stop(): void {
    this.#mode = 'stopped';
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
    let at = 0;
    while (at < bytes.length && this.#mode !== 'stopped') {
      at = this.#mode === 'head' ? this.#processHead(bytes, at) : this.#processBody(bytes, at);
    }
    this.#run.finish();
    this.#sink.onResponsesRelayed();
  }

  #processHead(bytes: Buffer, at: number): number {
    const method = this.#sink.expectedMethod();
    if (method === undefined) return this.#refuse(unsolicited, bytes);
    if (this.#partial.isEmpty) this.#parser.begin();
    const progress = this.#parser.parse(bytes, at, bytes.length);
    if (progress === 'more') {
      if (this.#partial.isEmpty) this.#partial.append(bytes.subarray(at));
      return bytes.length;
    }
    this.#partial.release();
    if (progress === 'refused') return this.#refuse(this.#parser.refusal ?? unsolicited, bytes);
    const end = at + this.#parser.position;
    const verdict = this.#sink.onResponseHead(bytes, at, end);
    if (verdict === 'stop') {
      this.stop();
      return bytes.length;
    }
    this.#relayHead(end);
    this.#beginBody(method);
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

  #beginBody(method: string): void {
    if (this.#mode === 'raw' || this.#parser.status < 200) return;
    this.#body.begin(this.#parser.bodyBytes(method));
    if (this.#body.done) this.#sink.onResponseEnd();
    else this.#mode = 'body';
  }

  #processBody(bytes: Buffer, at: number): number {
    if (this.#mode === 'raw') {
      this.#run.extendTo(bytes.length);
      return bytes.length;
    }
    const progress = this.#body.scan(bytes, at, bytes.length);
    if (progress === 'refused') {
      this.#run.extendTo(at);
      return this.#refuse(this.#body.refusal ?? unsolicited, bytes);
    }
    this.#run.extendTo(this.#body.position);
    if (progress === 'done') {
      this.#mode = 'head';
      this.#sink.onResponseEnd();
    }
    return this.#body.position;
  }

  #refuse(refusal: Refusal, bytes: Buffer): number {
    this.#run.flush();
    this.stop();
    this.#sink.onResponseRefused({ code: 'upstream_violation', message: refusal.message });
    return bytes.length;
  }
}
