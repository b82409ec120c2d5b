import type { RequestHeadParser } from '@switchyard/http1';
import type { Routing } from '../port-context.ts';
import type { ReplayableHead, RequestFacts } from './exchange.ts';
import { editRequest, isPlain, offersOnlyH2c, plainPlan, planRequest, type Caller, type RequestPlan } from './request-plan.ts';

/** Methods that ask for no change (RFC 9110 section 9.2.1). An idempotent DELETE could be answered 404 the second time. */
const safeMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** A request that may go on. */
export interface PlannedRequest {
  readonly t: 'go';
  readonly plan: Extract<RequestPlan, { t: 'go' }>;
  readonly request: RequestFacts;
}

type Planned = PlannedRequest | Extract<RequestPlan, { t: 'refuse' }>;

/**
 * Plans the requests of one client. A plan depends on the head, the routing and the client's address alone: for a head like
 * the one before it stands, until the routing is another.
 */
export class RequestPlanner {
  readonly #caller: Caller;
  #planned: Planned | undefined;
  #routing: Routing | undefined;
  #edited: Buffer | undefined;

  constructor(caller: Caller) {
    this.#caller = caller;
  }

  /** Plans the request whose head stands in `place`. Call it for every head that `head` has parsed. */
  plan(head: RequestHeadParser, place: ReplayableHead): Planned {
    const { routing } = this.#caller.context;
    if (!head.isRepeated) this.#edited = undefined;
    if (head.isAlike && this.#planned !== undefined && routing === this.#routing) return this.#planned;
    this.#edited = undefined;
    this.#routing = routing;
    this.#planned = this.#plan(head, place);
    return this.#planned;
  }

  /** The head of the request that was planned last, as it is to be sent; only called when there are edits. */
  edit({ edits }: PlannedRequest['plan'], head: RequestHeadParser, { bytes, start, end }: ReplayableHead): ReplayableHead {
    const edited = this.#edited ?? editRequest(bytes, start, end, edits);
    // A head that is repeated is small.
    if (head.isRepeated) this.#edited = edited;
    return { bytes: edited, start: 0, end: edited.length };
  }

  #plan(head: RequestHeadParser, { bytes, start, end }: ReplayableHead): Planned {
    const isBaseline = isPlain(head, this.#caller.context.routing.table);
    const plan = isBaseline ? plainPlan : planRequest(this.#caller, head, bytes, start, end);
    return plan.t === 'refuse' ? plan : { t: 'go', plan, request: toFacts(head) };
  }
}

function toFacts(head: RequestHeadParser): RequestFacts {
  const isLast = !head.framing.persists(head.minor);
  const offersUpgrade = head.upgrade && !offersOnlyH2c(head.framing.upgrade);
  return {
    method: head.method,
    isLast,
    offersUpgrade,
    isBarrier: isLast || offersUpgrade || head.framing.expectContinue,
    isReplayable: head.bodyBytes === 0 && !head.upgrade && safeMethods.has(head.method),
  };
}
