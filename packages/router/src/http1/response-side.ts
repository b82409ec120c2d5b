import { InterceptError, type Pipe } from '@switchyard/contract';
import type { PortContext } from '../port-context.ts';
import type { Refusal } from '@switchyard/http1';
import type { ExchangeQueue } from './exchange-queue.ts';
import type { Exchange } from './exchange.ts';
import { createLocalReply } from './local-reply.ts';
import { ResponseEditor } from './response-editor.ts';
import type { ResponseSink, ResponseVerdict } from './response-reader.ts';
import type { Upstream } from './upstream.ts';

/** The client connection that responses go to. */
export interface ResponseOwner {
  readonly context: PortContext;
  readonly client: Pipe;
  /** What is outstanding, in order; all of it on the active upstream. */
  readonly exchanges: ExchangeQueue;
  readonly active: Upstream | undefined;
  /** Nothing more is sent to the client. */
  readonly isFinishing: boolean;
  /** Answers were relayed, and the connection goes on. */
  proceed(): void;
  /** The client and the active upstream agreed on another protocol. */
  becomeRaw(): void;
  /** Ends the connection in order. */
  finish(): void;
  /** Ends the connection so that its client cannot take what it got for a whole answer. */
  abort(message: string): void;
  onUpstreamLost(upstream: Upstream, error: InterceptError | undefined): void;
}

/** What comes back from one upstream: matches responses to exchanges by their order and relays them to the client. */
export class ResponseSide implements ResponseSink {
  readonly #connection: ResponseOwner;
  readonly #upstream: Upstream;
  readonly #editor: ResponseEditor = new ResponseEditor();
  #closing = false;

  constructor(connection: ResponseOwner, upstream: Upstream) {
    this.#connection = connection;
    this.#upstream = upstream;
  }

  expectedMethod(): string | undefined {
    return this.#front()?.request.method;
  }

  onResponseHead(bytes: Buffer, start: number, end: number): ResponseVerdict {
    const exchange = this.#front();
    if (exchange === undefined) return 'stop';
    const { status } = this.#upstream.reader.head;
    if (status === 101) return this.#onSwitch(exchange, bytes, start, end);
    if (status < 200) return this.#onInterim(exchange);
    this.#upstream.answered = true;
    return this.#onFinal(exchange, bytes, start, end);
  }

  #onSwitch(exchange: Exchange, bytes: Buffer, start: number, end: number): ResponseVerdict {
    if (!exchange.request.offersUpgrade || !exchange.requestDone)
      return this.#refuse('The target switched protocols although nobody asked.');
    const verdict = this.#relay(exchange, bytes, start, end, false);
    this.#upstream.reader.becomeRaw();
    this.#connection.becomeRaw();
    return verdict;
  }

  #onInterim(exchange: Exchange): ResponseVerdict {
    if (++exchange.interimResponses > this.#connection.context.limits.interimResponses) {
      return this.#refuse('The target sent too many interim responses.');
    }
    return 'relay';
  }

  #onFinal(exchange: Exchange, bytes: Buffer, start: number, end: number): ResponseVerdict {
    const { head } = this.#upstream.reader;
    if (!head.framing.persists(head.minor) || head.bodyBytes(exchange.request.method) < -1) exchange.closes = true;
    const announcesClose = this.#connection.context.draining && !exchange.closes && this.#isLast(exchange);
    if (announcesClose) exchange.closes = true;
    return this.#relay(exchange, bytes, start, end, announcesClose);
  }

  #relay(exchange: Exchange, bytes: Buffer, start: number, end: number, announcesClose: boolean): ResponseVerdict {
    exchange.responseStarted = true;
    const { reader } = this.#upstream;
    const { vary } = this.#connection.context.routing;
    const edited = this.#editor.edit(exchange, reader.head, bytes, start, end, { announcesClose, vary });
    if (edited !== undefined) reader.replaceHead(edited);
    return 'relay';
  }

  onBytes(bytes: Buffer): void {
    if (!this.#connection.client.write(bytes)) this.#upstream.pause();
  }

  onResponseEnd(): void {
    const exchange = this.#front();
    if (exchange === undefined) return;
    exchange.responseDone = true;
    this.#closing = exchange.closes;
    if (exchange.requestDone) this.#connection.exchanges.shift();
    this.#upstream.idleSince = this.#connection.context.coarseNow;
  }

  onResponsesRelayed(): void {
    if (this.#closing) this.#connection.finish();
    else this.#connection.proceed();
  }

  onResponseRefused(refusal: Refusal): void {
    if (this.#closing || this.#connection.isFinishing) return;
    const exchange = this.#front();
    if (exchange === undefined) this.#connection.onUpstreamLost(this.#upstream, new InterceptError(refusal.code, refusal.message));
    else if (exchange.responseStarted) this.#connection.abort(refusal.message);
    else this.#reply(exchange, refusal);
  }

  #refuse(message: string): ResponseVerdict {
    this.#upstream.reader.flushRun();
    this.onResponseRefused({ code: 'upstream_violation', message });
    return 'stop';
  }

  #reply(exchange: Exchange, refusal: Refusal): void {
    const { client, context } = this.#connection;
    const error = new InterceptError('upstream_violation', refusal.message);
    context.counts.exchanges.failed++;
    client.write(createLocalReply(error, { requestId: context.nextRequestId(), method: exchange.request.method, closes: true }));
    this.#connection.finish();
  }

  /** No request stays behind that its target may have acted on. */
  #isLast(exchange: Exchange): boolean {
    return exchange.requestDone && this.#connection.exchanges.length === 1;
  }

  /** The exchange that the next response belongs to. */
  #front(): Exchange | undefined {
    if (this.#closing || this.#connection.isFinishing || this.#connection.active !== this.#upstream) return undefined;
    const exchange = this.#connection.exchanges.first;
    return exchange === undefined || exchange.responseDone ? undefined : exchange;
  }
}
