import {
  InterceptError,
  type Clock,
  type InterceptId,
  type InterceptInfo,
  type InterceptSpec,
  type Pipe,
  type SessionId,
  type Timer,
} from '@switchyard/contract';
import {
  encodeAgentMessage,
  type AgentMessage,
  type AgentRequest,
  type ReceivedManagerMessage,
  type ReplyResult,
  type SessionEvent,
  type WelcomeMessage,
} from '@switchyard/wire';
import { AgentEstate } from './agent-estate.ts';
import { AgentPipes } from './agent-pipes.ts';
import { startHeartbeat, type Heartbeat } from './heartbeat.ts';
import { fixedTunnelLimits, type TunnelLimits } from './limits.ts';
import { LostSession } from './lost-session.ts';
import type { MessageStream, StreamHandler } from './message-stream.ts';
import type { TunnelClient } from './session.ts';
import { refuseUnheard } from './spec-version.ts';

/** How long `goodbye()` waits for the manager. */
const goodbyeMs = fixedTunnelLimits.goodbyeMs.value;
/** Events kept for a handler that is not named yet. */
const maxKeptEvents = fixedTunnelLimits.keptEvents.value;

/** What a session needs of its connection. */
export interface AgentSessionDeps {
  readonly clock: Clock;
  readonly limits: TunnelLimits;
  readonly control: MessageStream;
  /** What an earlier session left. */
  readonly lost: LostSession | undefined;
  openCarry(handler: StreamHandler): MessageStream;
  /** Lets go of the connection. */
  disconnect(): void;
}

interface OpenRequest {
  resolve(result: ReplyResult): void;
  reject(error: InterceptError): void;
}

/** One session at the agent's end, from the welcome on. */
export class AgentSession implements TunnelClient {
  readonly session: SessionId;
  readonly closed: Promise<InterceptError | undefined>;
  readonly #deps: AgentSessionDeps;
  readonly #welcome: WelcomeMessage;
  readonly #estate: AgentEstate;
  readonly #pipes: AgentPipes;
  readonly #heartbeat: Heartbeat;
  readonly #requests = new Map<number, OpenRequest>();
  #lastRequest = 0;
  #pipeHandler: ((intercept: InterceptId, pipe: Pipe) => void) | undefined;
  #eventHandler: ((event: SessionEvent) => void) | undefined;
  #keptEvents: SessionEvent[] = [];
  #goodbye: Timer | undefined;
  #over: InterceptError | undefined;
  #lost: LostSession | undefined;
  readonly #resolveClosed: (error: InterceptError | undefined) => void;

  constructor(deps: AgentSessionDeps, welcome: WelcomeMessage) {
    const { promise, resolve } = Promise.withResolvers<InterceptError | undefined>();
    this.closed = promise;
    this.#resolveClosed = resolve;
    this.session = welcome.session;
    this.#deps = deps;
    this.#heartbeat = startHeartbeat(deps.clock, deps.limits, { send: () => this.#tell({ t: 'heartbeat' }), onDead: () => this.#onDead() });
    this.#welcome = welcome;
    const inherited = welcome.resumed ? deps.lost?.inherit() : undefined;
    deps.lost?.[Symbol.dispose]();
    this.#estate = inherited ?? new AgentEstate(deps.clock, deps.limits, welcome.version);
    this.#pipes = new AgentPipes({
      clock: deps.clock,
      welcome,
      maxPipes: deps.limits.maxPipesPerSession,
      estate: this.#estate,
      openStream: deps.openCarry,
      onPipe: (intercept, pipe) => this.#onPipe(intercept, pipe),
      fail: (error) => this.#finish(error),
    });
  }

  onPipe(handler: (intercept: InterceptId, pipe: Pipe) => void): void {
    this.#pipeHandler = handler;
  }

  onEvent(handler: (event: SessionEvent) => void): void {
    this.#eventHandler = handler;
    for (const event of this.#keptEvents.splice(0)) handler(event);
  }

  async register(spec: InterceptSpec): Promise<InterceptInfo> {
    refuseUnheard(spec, this.#welcome.version);
    const asked = this.#ask((request) => ({ t: 'register', request, spec }));
    // The manager dials direct intercepts by itself: pipes that wait for them would wait for nothing.
    if (spec.directPort === undefined) this.#pipes.fill();
    return toIntercept(await asked);
  }

  async unregister(id: InterceptId): Promise<void> {
    await this.#ask((request) => ({ t: 'unregister', request, id }));
  }

  async renew(id: InterceptId, lifetimeMs?: number): Promise<InterceptInfo> {
    return toIntercept(await this.#ask((request) => ({ t: 'renew', request, id, lifetimeMs })));
  }

  async goodbye(): Promise<void> {
    if (this.#over === undefined && this.#goodbye === undefined) {
      this.#goodbye = this.#deps.clock.after(goodbyeMs, () => this.#finish(undefined));
      this.#tell({ t: 'goodbye' });
    }
    await this.closed;
  }

  takeLost(): LostSession | undefined {
    const lost = this.#lost;
    this.#lost = undefined;
    return lost;
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#finish(undefined);
    this.takeLost()?.[Symbol.dispose]();
    return Promise.resolve();
  }

  /** A message came on the control stream. */
  receive(message: ReceivedManagerMessage): void {
    if (this.#over !== undefined) return;
    this.#heartbeat.heard();
    switch (message.t) {
      case 'reply':
        return this.#onReply(message.request, message.result);
      case 'want_pipes':
        return this.#pipes.openMore(message.count);
      case 'event':
        return this.#onEvent(message.event);
      case 'closed':
        return this.#finish(message.error);
      case 'welcome':
        return this.#finish(new InterceptError('protocol_violation', 'The manager said welcome twice.'));
      case 'challenge':
        return this.#finish(new InterceptError('protocol_violation', 'The manager asked for a proof in the middle of a session.'));
      case 'heartbeat':
      case 'unknown':
    }
  }

  /** What came on the control stream is no message. */
  violate(error: InterceptError): void {
    this.#finish(error);
  }

  /** The control stream is gone. */
  onControlClosed(): void {
    if (this.#goodbye !== undefined) return this.#finish(undefined);
    this.#finish(new InterceptError('tunnel_lost', 'The connection to the manager broke.'), true);
  }

  #ask(create: (request: number) => AgentRequest): Promise<ReplyResult> {
    if (this.#over !== undefined) return Promise.reject(this.#over);
    const request = ++this.#lastRequest;
    const { promise, resolve, reject } = Promise.withResolvers<ReplyResult>();
    this.#requests.set(request, { resolve, reject });
    this.#tell(create(request));
    return promise;
  }

  #onReply(request: number, result: ReplyResult): void {
    const open = this.#requests.get(request);
    this.#requests.delete(request);
    if (result.t === 'failure') open?.reject(result.error);
    else open?.resolve(result);
  }

  #onEvent(event: SessionEvent): void {
    if (this.#eventHandler !== undefined) this.#eventHandler(event);
    else if (this.#keptEvents.length < maxKeptEvents) this.#keptEvents.push(event);
  }

  #onPipe(intercept: InterceptId, pipe: Pipe): void {
    if (this.#pipeHandler !== undefined) this.#pipeHandler(intercept, pipe);
    else pipe.reset(new InterceptError('local_refused', 'The agent is not ready for connections yet.'));
  }

  #onDead(): void {
    this.#finish(new InterceptError('tunnel_lost', `The manager said nothing for ${this.#deps.limits.deadMs / 1000} s.`), true);
  }

  #tell(message: AgentMessage): void {
    if (this.#over === undefined) this.#deps.control.send(encodeAgentMessage(message));
  }

  /** `error` is undefined where this end wanted it; `resumable` says whether another session may go on. */
  #finish(error: InterceptError | undefined, resumable = false): void {
    if (this.#over !== undefined) return;
    const lost = new InterceptError('tunnel_lost', 'The session with the manager ended.', error === undefined ? {} : { cause: error });
    this.#over = lost;
    this.#heartbeat.stop();
    this.#goodbye?.cancel();
    this.#pipes.close(lost);
    this.#lost = new LostSession(this.#welcome, this.#estate);
    if (!resumable || this.#welcome.version < 2) this.takeLost()?.[Symbol.dispose]();
    for (const open of this.#requests.values()) open.reject(error ?? lost);
    this.#requests.clear();
    this.#deps.control.cancel();
    this.#deps.disconnect();
    this.#resolveClosed(error);
  }
}

function toIntercept(result: ReplyResult): InterceptInfo {
  if (result.t === 'intercept') return result.intercept;
  throw new InterceptError('protocol_violation', 'The manager answered without the intercept that was asked for.');
}
