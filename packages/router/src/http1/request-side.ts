import { InterceptError, type Pipe } from '@switchyard/contract';
import type { Refusal } from '@switchyard/http1';
import type { PortContext } from '../port-context.ts';
import { Exchange, type ReplayableHead } from './exchange.ts';
import { editRequest, isPlain, offersOnlyH2c, plainPlan, planRequest, type RequestPlan } from './request-plan.ts';
import { RequestReader, type HeadVerdict, type RequestSink } from './request-reader.ts';
import type { Upstream } from './upstream.ts';
import type { Upstreams } from './upstreams.ts';

/** Methods that ask for no change (RFC 9110 section 9.2.1). An idempotent DELETE could be answered 404 the second time. */
const safeMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** The client connection that requests come from. */
export interface RequestOwner {
  readonly context: PortContext;
  /** The client's IP address; empty when it is gone. */
  readonly clientAddress: () => string;
  readonly client: Pipe;
  readonly upstreams: Upstreams;
  /** What is outstanding, in order; all of it on the active upstream. */
  readonly exchanges: Exchange[];
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

  constructor(owner: RequestOwner) {
    const { context } = owner;
    this.#owner = owner;
    this.reader = new RequestReader(this, () => context.routing.fieldNames, context.routing.routingNames);
  }

  mayBegin(): boolean {
    const { exchanges, context, client } = this.#owner;
    const last = exchanges[exchanges.length - 1];
    // The last answer before the end announces it: what did not go on by then did not happen, and its client knows.
    if (last !== undefined) return !last.isBarrier && exchanges.length < context.limits.pipelined && !context.draining;
    // Answers of our own have no target that could be paused: a client that does not read them gets no further ones.
    return client.bufferedBytes <= context.limits.unreadBytes;
  }

  onHead(bytes: Buffer, start: number, end: number): HeadVerdict {
    const { exchanges, context, upstreams, active } = this.#owner;
    const { head } = this.reader;
    const plan = isPlain(head, context.routing.table) ? plainPlan : planRequest(this.#owner, head, bytes, start, end);
    if (plan.t === 'refuse') {
      if (exchanges.length > 0) return 'hold';
      this.#owner.refuse(plan.error);
      return 'stop';
    }
    const upstream = upstreams.find(plan.target);
    if (exchanges.length > 0 && (upstream === undefined || upstream !== active)) return 'hold';
    if (upstream === undefined && !context.targetUse.hasRoom(plan.target)) {
      this.#owner.refuse(createNoRoom(context));
      return 'stop';
    }
    this.#go(plan, upstream ?? upstreams.open(plan.target, active), { bytes, start, end });
    return 'relay';
  }

  onBytes(bytes: Buffer): void {
    this.#owner.send(bytes);
  }

  onRequestEnd(): void {
    const { exchanges } = this.#owner;
    const exchange = exchanges[exchanges.length - 1];
    if (exchange === undefined) return;
    exchange.requestDone = true;
    if (exchange.responseDone) exchanges.pop();
  }

  onRefused(refusal: Refusal, inHead: boolean): 'hold' | 'stop' {
    const error = new InterceptError(refusal.code, refusal.message);
    const { exchanges } = this.#owner;
    const newest = exchanges[exchanges.length - 1];
    if (inHead && newest !== undefined) return 'hold';
    if (newest === undefined) this.#owner.refuse(error);
    else {
      newest.refusal = error;
      this.#owner.refuseFront();
    }
    return 'stop';
  }

  #go(plan: Extract<RequestPlan, { t: 'go' }>, upstream: Upstream, place: ReplayableHead): void {
    const { active, exchanges, context } = this.#owner;
    if (upstream !== active) {
      this.reader.flushRun();
      this.#owner.activate(upstream);
    }
    const sent = plan.edits.length === 0 ? place : editPlace(plan, place);
    exchanges.push(this.#createExchange(plan, sent));
    context.counts.exchanges[plan.side]++;
    for (const count of plan.counts) context.counts.routes[count]++;
    if (sent !== place) this.reader.replaceHead(sent.bytes);
  }

  #createExchange(plan: Extract<RequestPlan, { t: 'go' }>, sent: ReplayableHead): Exchange {
    const { head } = this.reader;
    const isReplayable = head.bodyBytes === 0 && !head.upgrade && safeMethods.has(head.method);
    return new Exchange({
      method: head.method,
      isLast: !head.framing.persists(head.minor),
      offersUpgrade: head.upgrade && !offersOnlyH2c(head.framing.upgrade),
      expectsContinue: head.framing.expectContinue,
      replayable: isReplayable ? sent : undefined,
      sentAt: this.#owner.context.coarseNow,
      fallsBack: plan.fallsBack,
      replyPlan: plan.replyPlan,
    });
  }
}

function editPlace({ edits }: Extract<RequestPlan, { t: 'go' }>, { bytes, start, end }: ReplayableHead): ReplayableHead {
  const edited = editRequest(bytes, start, end, edits);
  return { bytes: edited, start: 0, end: edited.length };
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
