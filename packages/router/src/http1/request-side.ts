import { InterceptError, type Pipe } from '@switchyard/contract';
import type { Refusal } from '@switchyard/http1';
import type { PortContext } from '../port-context.ts';
import type { ExchangeQueue } from './exchange-queue.ts';
import { Exchange, type ReplayableHead } from './exchange.ts';
import { RequestPlanner, type PlannedRequest } from './request-planner.ts';
import { RequestReader, type HeadVerdict, type RequestSink } from './request-reader.ts';
import type { Upstream } from './upstream.ts';
import type { Upstreams } from './upstreams.ts';

/** The client connection that requests come from. */
export interface RequestOwner {
  readonly context: PortContext;
  /** The client's IP address; empty when it is gone. */
  readonly clientAddress: () => string;
  readonly client: Pipe;
  readonly upstreams: Upstreams;
  /** What is outstanding, in order; all of it on the active upstream. */
  readonly exchanges: ExchangeQueue;
  readonly active: Upstream | undefined;
  /** Requests go to this upstream from now on. */
  activate(upstream: Upstream): void;
  /** Sends bytes to the active upstream. */
  send(bytes: Buffer): void;
  /** Answers a request that may not go on, and ends the connection. */
  refuse(error: InterceptError): void;
  /** As `refuse`, when the foremost request is one that broke off. */
  refuseFront(): void;
}

/** What a client sends: decides each request by itself and relays it to its target. */
export class RequestSide implements RequestSink {
  readonly reader: RequestReader;
  readonly #owner: RequestOwner;
  readonly #planner: RequestPlanner;

  constructor(owner: RequestOwner) {
    const { context } = owner;
    this.#owner = owner;
    this.#planner = new RequestPlanner(owner);
    this.reader = new RequestReader(this, () => context.routing.fieldNames, context.routing.trailerNames);
  }

  mayBegin(): boolean {
    const { exchanges, context, client } = this.#owner;
    const { last } = exchanges;
    // The last answer before the end announces it: what did not go on by then did not happen, and its client knows.
    if (last !== undefined) return !last.request.isBarrier && exchanges.length < context.limits.pipelined && !context.draining;
    // Answers of our own have no target that could be paused: a client that does not read them gets no further ones.
    return client.bufferedBytes <= context.limits.unreadBytes;
  }

  onHead(bytes: Buffer, start: number, end: number): HeadVerdict {
    const { exchanges, context, upstreams, active } = this.#owner;
    const place: ReplayableHead = { bytes, start, end };
    const planned = this.#planner.plan(this.reader.head, place);
    if (planned.t === 'refuse') {
      if (exchanges.length > 0) return 'hold';
      this.#owner.refuse(planned.error);
      return 'stop';
    }
    const { target } = planned.plan;
    const upstream = exchanges.length === 0 ? upstreams.findIdle(target) : upstreams.find(target);
    if (exchanges.length > 0 && (upstream === undefined || upstream !== active)) return 'hold';
    if (upstream === undefined && !context.targetUse.hasRoom(target)) {
      this.#owner.refuse(createNoRoom(context));
      return 'stop';
    }
    this.#go(planned, upstream ?? upstreams.open(target, active), place);
    return 'relay';
  }

  onBytes(bytes: Buffer): void {
    this.#owner.send(bytes);
  }

  onRequestEnd(): void {
    const { exchanges } = this.#owner;
    const exchange = exchanges.last;
    if (exchange === undefined) return;
    exchange.requestDone = true;
    // Responses come in order: it is the only one.
    if (exchange.responseDone) exchanges.shift();
  }

  onRefused(refusal: Refusal, inHead: boolean): 'hold' | 'stop' {
    const error = new InterceptError(refusal.code, refusal.message);
    const { exchanges } = this.#owner;
    const newest = exchanges.last;
    if (inHead && newest !== undefined) return 'hold';
    if (newest === undefined) this.#owner.refuse(error);
    else {
      newest.refusal = error;
      this.#owner.refuseFront();
    }
    return 'stop';
  }

  #go({ plan, request }: PlannedRequest, upstream: Upstream, place: ReplayableHead): void {
    const { active, exchanges, context } = this.#owner;
    if (upstream !== active) {
      this.reader.flushRun();
      this.#owner.activate(upstream);
    }
    const sent = plan.edits.length === 0 ? place : this.#planner.edit(plan, this.reader.head, place);
    exchanges.push(new Exchange(request, plan, sent, context.coarseNow));
    context.counts.exchanges[plan.side]++;
    upstream.countRequest();
    if (plan.counts.length > 0) for (const count of plan.counts) context.counts.routes[count]++;
    if (sent !== place) this.reader.replaceHead(sent.bytes);
  }
}

function createNoRoom({ limits }: PortContext): InterceptError {
  return new InterceptError(
    'limit_reached',
    `${limits.connectionsPerIntercept} connections to this developer's process are open already.`,
    {
      hint: 'It may be stuck: they end when it answers, or when the intercept ends.',
    },
  );
}
