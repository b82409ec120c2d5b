import { InterceptError, type Pipe, type PipeHandler } from '@switchyard/contract';
import { toBaseline, type Destination } from '../destination.ts';
import type { Client } from '../client.ts';
import type { DialBaseline } from '../dial/dial-baseline.ts';
import type { PortContext } from '../port-context.ts';
import { ExchangeQueue } from './exchange-queue.ts';
import { createLocalReply } from './local-reply.ts';
import { planLoss } from './loss.ts';
import type { RequestReader } from './request-reader.ts';
import { RequestSide, type RequestOwner } from './request-side.ts';
import type { ResponseSink } from './response-reader.ts';
import { ResponseSide, type ResponseOwner } from './response-side.ts';
import type { Upstream, UpstreamOwner } from './upstream.ts';
import { Upstreams } from './upstreams.ts';

/** How far the connection is from its end. */
type Phase =
  /** Requests are decided one by one. */
  | 'http'
  /** An upgrade was accepted: bytes go through as they are. */
  | 'raw'
  /** Our half is ended; the client's is awaited and discarded. */
  | 'finishing'
  | 'closed';

/**
 * One client connection that speaks HTTP/1.1. Each request is decided on its own. All outstanding exchanges belong to one
 * upstream, the active one: a request for another target waits until they are answered, so answers stay in order and are
 * never buffered.
 */
export class Http1Connection implements PipeHandler, UpstreamOwner, RequestOwner, ResponseOwner {
  readonly exchanges: ExchangeQueue = new ExchangeQueue();
  readonly context: PortContext;
  readonly client: Pipe;
  readonly clientAddress: () => string;
  readonly dialBaseline: DialBaseline;
  readonly upstreams: Upstreams = new Upstreams(this);
  readonly #reader: RequestReader;
  readonly #onClosed: () => void;
  #active: Upstream | undefined;
  #phase: Phase = 'http';
  #clientEnded = false;
  #blocked = false;
  #reading = false;
  #lastActivity: number;
  #headSince: number | undefined;
  /** When all that was sent to a client that is to end its half had arrived, as far as is known. */
  #arrivedAt = 0;

  /** Takes the pipe of `client` over and calls `onClosed` once, when everything is closed. */
  constructor({ pipe, dialBaseline, address }: Client<Pipe>, context: PortContext, onClosed: () => void) {
    this.client = pipe;
    this.clientAddress = address;
    this.context = context;
    this.dialBaseline = dialBaseline;
    this.#onClosed = onClosed;
    this.#lastActivity = context.coarseNow;
    this.#reader = new RequestSide(this).reader;
  }

  /**
   * @param first what the client sent already
   * @param baseline a connection to the baseline that is open already, and silent
   * @param clientEnded the client's half is ended already
   */
  start(first: Buffer, baseline: Pipe | undefined, clientEnded: boolean): void {
    this.client.attach(this);
    if (baseline !== undefined) this.upstreams.adopt(baseline);
    // It resumes the client: no sooner, as its next bytes may come inside of `resume()`.
    this.onData(first);
    if (clientEnded) this.onEnd();
  }

  /** The upstream that the newest request went to. */
  get active(): Upstream | undefined {
    return this.#active;
  }

  /** Nothing is outstanding and no request has begun. */
  get isIdle(): boolean {
    return this.#phase === 'http' && this.exchanges.length === 0 && this.#reader.isBetweenRequests;
  }

  get isFinishing(): boolean {
    return this.#phase === 'finishing' || this.#phase === 'closed';
  }

  // The client's side.

  onData(bytes: Buffer): void {
    if (this.isFinishing) return;
    this.#lastActivity = this.context.coarseNow;
    this.#reader.feed(bytes);
    this.#afterRead();
  }

  onEnd(): void {
    this.#clientEnded = true;
    if (this.#phase === 'raw') this.#active?.end();
    else if (this.#phase === 'http' && !this.#reader.isHolding) this.#passClientEnd();
  }

  onDrain(): void {
    this.upstreams.resume();
    if (this.#reader.isHolding) this.proceed();
  }

  onClose(error?: InterceptError): void {
    if (this.#phase === 'closed') return;
    const outstanding = this.exchanges.length > 0 || (this.#phase === 'raw' && error !== undefined);
    this.#phase = 'closed';
    this.#reader.stop();
    this.#releaseUpstreams(outstanding ? new InterceptError('canceled', 'The client went away.') : undefined);
    this.#onClosed();
  }

  /** Looks for deadlines that passed. */
  sweep(now: number): void {
    const { limits } = this.context;
    const idleMs = now - this.#lastActivity;
    if (this.#phase === 'finishing') this.#sweepFinishing(now, idleMs);
    else if (this.#phase === 'raw' && idleMs > limits.spliceIdleMs) this.abort('The connection was idle for too long.');
    else if (this.#phase === 'http') this.#sweepHttp(now, idleMs);
  }

  /** The last answer may take its time to arrive; from then on the client has `lingerMs` to end its half. */
  #sweepFinishing(now: number, idleMs: number): void {
    const { limits } = this.context;
    if (this.client.bufferedBytes > 0 && idleMs <= limits.idleMs) this.#arrivedAt = now;
    else if (now - this.#arrivedAt > limits.lingerMs) this.abort('The client did not close its connection.');
  }

  #sweepHttp(now: number, idleMs: number): void {
    const { limits } = this.context;
    // A client that is not read cannot finish its head.
    if (this.#headSince !== undefined && !this.#reading) this.#headSince = now;
    if (this.#headSince !== undefined && now - this.#headSince > limits.headTimeoutMs) {
      if (this.exchanges.length > 0) this.abort('A request head was not finished in time.');
      else this.refuse(new InterceptError('request_timeout', `The request head was not complete after ${limits.headTimeoutMs / 1000} s.`));
    } else if (this.#clientEnded && idleMs > limits.halfClosedMs) this.abort('The client ended its half and no answer came.');
    else if (idleMs > limits.idleMs) {
      if (this.exchanges.length > 0) this.abort('The exchange made no progress for too long.');
      else this.finish();
    } else this.upstreams.releaseIdle(now - limits.keyedIdleMs, this.exchanges.length > 0 ? this.#active : undefined);
  }

  // Requests.

  activate(upstream: Upstream): void {
    this.#active = upstream;
    this.#blocked = false;
  }

  send(bytes: Buffer): void {
    if (this.#active !== undefined && !this.#active.write(bytes)) this.#blocked = true;
  }

  /** Ends the connection where its foremost request broke off. */
  refuseFront(): void {
    const front = this.exchanges.first;
    if (front?.refusal === undefined) return;
    if (front.responseDone) this.finish();
    else if (front.responseStarted) this.abort(front.refusal.message);
    else this.refuse(front.refusal);
  }

  /** Answers a request that may not go on, and ends the connection: where the next request begins is not known. */
  refuse(error: InterceptError): void {
    this.context.counts.exchanges.refused++;
    this.client.write(this.#createReply(error, this.exchanges.first?.request.method ?? this.#reader.head.method, true));
    this.finish();
  }

  #createReply(error: InterceptError, method: string, closes: boolean): Buffer {
    return createLocalReply(error, { requestId: this.context.nextRequestId(), method, closes });
  }

  #afterRead(): void {
    if (!this.#reader.isInHead) this.#headSince = undefined;
    else this.#headSince ??= this.context.coarseNow;
    this.#updateFlow();
  }

  #updateFlow(): void {
    const reading = this.isFinishing || (!this.#blocked && !this.#reader.isHolding);
    if (reading === this.#reading) return;
    this.#reading = reading;
    if (reading) this.client.resume();
    else this.client.pause();
  }

  /** All that the client will ever send has been relayed. A request that is answered and not complete never will be. */
  #passClientEnd(): void {
    const front = this.exchanges.first;
    if (front === undefined || front.responseDone) this.finish();
    else this.#active?.end();
  }

  /** Answers were relayed: when they were the last ones outstanding, what was held may go on. */
  proceed(): void {
    if (this.#phase !== 'http') return;
    if (this.exchanges.length > 0) this.refuseFront();
    else {
      this.#reader.release();
      this.#afterRead();
    }
    if (this.#clientEnded && this.#phase === 'http' && !this.#reader.isHolding) this.#passClientEnd();
  }

  /** The client and the active upstream agreed on another protocol. */
  becomeRaw(): void {
    this.exchanges.clear();
    this.#phase = 'raw';
    this.upstreams.releaseOthers(this.#active);
    this.#reader.becomeRaw();
    this.#updateFlow();
    if (this.#clientEnded) this.#active?.end();
  }

  // Upstreams.

  sinkOf(upstream: Upstream): ResponseSink {
    return new ResponseSide(this, upstream);
  }

  onActivity(): void {
    this.#lastActivity = this.context.coarseNow;
  }

  onUpstreamDrain(upstream: Upstream): void {
    if (upstream !== this.#active) return;
    this.#blocked = false;
    this.#updateFlow();
  }

  onDialFailed(upstream: Upstream, error: InterceptError): void {
    this.upstreams.forget(upstream);
    if (upstream !== this.#active || this.exchanges.length === 0) return;
    const fallsBack = error.code === 'developer_offline' && [...this.exchanges].every((exchange) => exchange.fallsBack);
    if (fallsBack) this.#fallBack(upstream.takePending());
    else this.#replyToAll(error);
  }

  #fallBack(pending: readonly Buffer[]): void {
    this.#active = this.upstreams.find(toBaseline) ?? this.upstreams.open(toBaseline, undefined);
    this.#blocked = false;
    for (const exchange of this.exchanges) exchange.replyPlan = { ...exchange.replyPlan, servedBy: undefined, status: 'fell-back' };
    this.context.counts.exchanges.fell_back += this.exchanges.length;
    for (const bytes of pending) this.send(bytes);
    this.#updateFlow();
  }

  onUpstreamLost(upstream: Upstream, error: InterceptError | undefined): void {
    if (this.#phase === 'raw') {
      if (error === undefined) this.client.end();
      else this.abort(error.message);
      return;
    }
    this.upstreams.forget(upstream);
    if (!this.isFinishing) this.#onLoss(upstream, upstream === this.#active, error);
    upstream.release(error);
  }

  #onLoss(upstream: Upstream, isActive: boolean, error: InterceptError | undefined): void {
    const plan = planLoss({
      upstream,
      exchanges: this.exchanges,
      isActive,
      error,
      now: this.context.coarseNow,
      staleMs: upstream.isKeyed ? this.context.limits.keyedStaleMs : this.context.limits.staleMs,
    });
    switch (plan.t) {
      case 'forget':
        return;
      case 'complete':
      case 'finish':
        this.finish();
        return;
      case 'abort':
        this.abort('The target was lost in the middle of its response.');
        return;
      case 'close-unanswered':
        this.context.counts.connections.stale_closed++;
        this.finish();
        return;
      case 'replay':
        this.context.counts.connections.stale_replayed++;
        this.#replay(upstream.target);
        return;
      case 'reply':
        this.#replyToAll(plan.error);
    }
  }

  #replay(target: Destination): void {
    const fresh = this.upstreams.open(target, undefined);
    this.#active = fresh;
    for (const exchange of this.exchanges) {
      exchange.replayed = true;
      fresh.countRequest();
      const { replayable } = exchange;
      if (replayable !== undefined) this.send(replayable.bytes.subarray(replayable.start, replayable.end));
    }
    if (this.#clientEnded) fresh.end();
    this.#updateFlow();
  }

  /** Answers every outstanding request in order; one whose body is still coming ends the connection. */
  #replyToAll(error: InterceptError): void {
    this.#active = undefined;
    this.#blocked = false;
    for (let exchange = this.exchanges.shift(); exchange !== undefined; exchange = this.exchanges.shift()) {
      const closes = exchange.closes || !exchange.requestDone || (this.context.draining && this.exchanges.length === 0);
      this.context.counts.exchanges.failed++;
      this.client.write(this.#createReply(error, exchange.request.method, closes));
      if (closes) {
        this.finish();
        return;
      }
    }
    this.proceed();
    this.#updateFlow();
  }

  // The end.

  /** Ends the connection in order: what was written arrives, nothing more is read or sent. */
  finish(): void {
    if (this.isFinishing) return;
    this.#phase = 'finishing';
    this.#lastActivity = this.#arrivedAt = this.context.coarseNow;
    const outstanding = [...this.exchanges].some((exchange) => !exchange.responseDone || !exchange.requestDone);
    this.exchanges.clear();
    this.#reader.stop();
    this.client.end();
    this.#releaseUpstreams(outstanding ? new InterceptError('canceled', 'The exchange was given up.') : undefined);
    this.#updateFlow();
  }

  /** Ends the connection so that its client cannot take what it got for a whole answer. */
  abort(message: string): void {
    this.client.reset(new InterceptError('canceled', message));
  }

  /** @param error why the exchanges on the active upstream are given up; undefined when there are none */
  #releaseUpstreams(error: InterceptError | undefined): void {
    this.#active?.release(error);
    this.upstreams.releaseOthers(undefined);
    this.#active = undefined;
  }
}
