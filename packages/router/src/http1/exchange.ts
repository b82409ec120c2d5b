import type { InterceptError } from '@switchyard/contract';
import type { KeyStatus } from '@switchyard/route';

/** What a response gets besides what its target sent. */
export interface ReplyPlan {
  /** Value of `x-intercept-status`. */
  readonly status?: KeyStatus | 'fell-back' | undefined;
  /** Value of `x-intercept-served-by`. */
  readonly servedBy?: string | undefined;
  readonly setCookie?: string | undefined;
}

/** A head that may be sent once more, as doing so twice has the effect of once and it has no body. */
export interface ReplayableHead {
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
}

/** What a request head says that concerns its exchange. */
export interface RequestFacts {
  readonly method: string;
  /** The client sends nothing behind this request. */
  readonly isLast: boolean;
  /** The client may be given another protocol (101). */
  readonly offersUpgrade: boolean;
  /** No request may go on behind this one before its response is complete. */
  readonly isBarrier: boolean;
  /** Sending the head twice has the effect of once. */
  readonly isReplayable: boolean;
}

/** One request and its response, from the request's head to the last byte of both. */
export class Exchange {
  readonly request: RequestFacts;
  readonly replayable: ReplayableHead | undefined;
  /** When its head went to the target, on the coarse clock. */
  readonly sentAt: number;
  /** The baseline answers when the target's developer is away. */
  readonly fallsBack: boolean;
  replyPlan: ReplyPlan | undefined;
  /** It was sent once more already. */
  replayed = false;
  requestDone = false;
  /** The request's body broke off with this fault; it is answered once everything before it is. */
  refusal: InterceptError | undefined = undefined;
  responseDone = false;
  /** A byte of the response went to the client. */
  responseStarted = false;
  /** The client connection ends with this response. */
  closes: boolean;
  interimResponses = 0;
  /** The one behind it in its queue. */
  next: Exchange | undefined = undefined;

  /** @param sent the head as it goes to the target */
  constructor(request: RequestFacts, plan: Pick<Exchange, 'fallsBack' | 'replyPlan'>, sent: ReplayableHead, sentAt: number) {
    this.request = request;
    this.replayable = request.isReplayable ? sent : undefined;
    this.sentAt = sentAt;
    this.fallsBack = plan.fallsBack;
    this.replyPlan = plan.replyPlan;
    this.closes = request.isLast;
  }
}
