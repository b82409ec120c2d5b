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

/** One request and its response, from the request's head to the last byte of both. */
export class Exchange {
  readonly method: string;
  /** The client sends nothing behind this request. */
  readonly isLast: boolean;
  /** The client may be given another protocol (101). */
  readonly offersUpgrade: boolean;
  /** No request may go on behind this one before its response is complete. */
  readonly isBarrier: boolean;
  readonly replayable: ReplayableHead | undefined;
  /** When its head went to the target, on the coarse clock. */
  readonly sentAt: number;
  /** It was sent once more already. */
  replayed = false;
  /** The baseline answers when the target's developer is away. */
  readonly fallsBack: boolean;
  replyPlan: ReplyPlan | undefined;
  requestDone = false;
  /** The request's body broke off with this fault; it is answered once everything before it is. */
  refusal: InterceptError | undefined;
  responseDone = false;
  /** A byte of the response went to the client. */
  responseStarted = false;
  /** The client connection ends with this response. */
  closes: boolean;
  interimResponses = 0;

  constructor(request: {
    method: string;
    isLast: boolean;
    offersUpgrade: boolean;
    expectsContinue: boolean;
    replayable: ReplayableHead | undefined;
    sentAt: number;
    fallsBack: boolean;
    replyPlan: ReplyPlan | undefined;
  }) {
    this.method = request.method;
    this.isLast = request.isLast;
    this.offersUpgrade = request.offersUpgrade;
    this.isBarrier = request.isLast || request.offersUpgrade || request.expectsContinue;
    this.replayable = request.replayable;
    this.sentAt = request.sentAt;
    this.fallsBack = request.fallsBack;
    this.replyPlan = request.replyPlan;
    this.closes = request.isLast;
  }
}
