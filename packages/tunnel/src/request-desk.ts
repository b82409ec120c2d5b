import { InterceptError, type InterceptId, type Log } from '@switchyard/contract';
import type { AgentRequest, ReplyResult } from '@switchyard/wire';
import { fixedTunnelLimits } from './limits.ts';
import type { SessionEvents } from './session.ts';

/** Requests of one agent that may be under way at a time; more is no honest agent. */
const maxOpenRequests = fixedTunnelLimits.openRequests.value;

/** Answers what one agent asks, within the limit of intercepts per session. */
export class RequestDesk {
  readonly #events: SessionEvents;
  readonly #log: Log;
  readonly #maxIntercepts: number;
  readonly #reply: (request: number, result: ReplyResult) => void;
  readonly #onRegistered: (id: InterceptId) => void;
  readonly #intercepts = new Set<InterceptId>();
  #registering = 0;
  #open = 0;

  constructor(deps: {
    readonly events: SessionEvents;
    readonly log: Log;
    readonly maxIntercepts: number;
    readonly reply: (request: number, result: ReplyResult) => void;
    /** The intercept is this agent's, and no longer any other's. */
    readonly onRegistered: (id: InterceptId) => void;
  }) {
    this.#events = deps.events;
    this.#log = deps.log;
    this.#maxIntercepts = deps.maxIntercepts;
    this.#reply = deps.reply;
    this.#onRegistered = deps.onRegistered;
  }

  /** Takes a request; the reply follows. Throws `protocol_violation` where too many are open. */
  take(request: AgentRequest): void {
    if (this.#open >= maxOpenRequests) {
      throw new InterceptError('protocol_violation', `The agent has more than ${maxOpenRequests} requests open.`);
    }
    this.#open++;
    void this.#answer(request).then((result) => {
      this.#open--;
      this.#reply(request.request, result);
    });
  }

  /** The intercept is gone; it no longer counts. */
  forget(id: InterceptId): void {
    this.#intercepts.delete(id);
  }

  async #answer(request: AgentRequest): Promise<ReplyResult> {
    try {
      switch (request.t) {
        case 'register':
          return await this.#register(request);
        case 'renew':
          return { t: 'intercept', intercept: await this.#events.onRenew(request.id, request.lifetimeMs) };
        case 'unregister':
          await this.#events.onUnregister(request.id);
          this.forget(request.id);
          return { t: 'done' };
      }
    } catch (reason) {
      return { t: 'failure', error: toShownError(reason, this.#log) };
    }
  }

  async #register({ spec }: Extract<AgentRequest, { t: 'register' }>): Promise<ReplyResult> {
    if (this.#intercepts.size + this.#registering >= this.#maxIntercepts) {
      throw new InterceptError('limit_reached', `A session holds at most ${this.#maxIntercepts} intercepts.`, { hint: 'End one first.' });
    }
    this.#registering++;
    try {
      const intercept = await this.#events.onRegister(spec);
      this.#intercepts.add(intercept.id);
      this.#onRegistered(intercept.id);
      return { t: 'intercept', intercept };
    } finally {
      this.#registering--;
    }
  }
}

/** An error that a peer may see: what nobody foresaw goes to the log and not to the peer. */
export function toShownError(reason: unknown, log: Log): InterceptError {
  if (reason instanceof InterceptError) return reason;
  log.error('request_failed', {}, reason);
  return new InterceptError('internal', 'The manager failed at this request; its log says why.', { cause: reason });
}
