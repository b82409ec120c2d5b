import {
  InterceptError,
  toLimitValues,
  type Clock,
  type EndReason,
  type InterceptId,
  type InterceptInfo,
  type InterceptSpec,
  type Log,
  type Pipe,
} from '@switchyard/contract';
import { createBackoff, sleep } from '@switchyard/runtime';
import type { LostSession, SessionEvent, TunnelClient } from '@switchyard/tunnel';
import type { AgentEventHandler } from './event.ts';
import { agentLimits } from './limits.ts';

/** Opens one tunnel connection, which goes on with what an earlier one left; rejects as `openTunnelClient` does. */
export type OpenTunnel = (signal: AbortSignal, lost: LostSession | undefined) => Promise<TunnelClient>;

/** An intercept that a session keeps registered. */
export interface Registration {
  readonly spec: InterceptSpec;
  /** Receives the connections of this intercept. */
  readonly onPipe: (pipe: Pipe, info: InterceptInfo) => void;
}

/** What a session needs from outside. */
export interface SessionDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly openTunnel: OpenTunnel;
  readonly emit: AgentEventHandler;
}

/** Where a session stands; each state holds only what exists in it. */
type State =
  | { readonly t: 'connecting'; readonly lostAtMs: number | undefined }
  | { readonly t: 'ready'; readonly link: Link }
  | { readonly t: 'waiting'; readonly lostAtMs: number; readonly delayMs: number }
  | { readonly t: 'closed'; readonly error: InterceptError | undefined };

/** A connection on which every intercept is registered. */
interface Link {
  readonly client: TunnelClient;
  /** Resolves when the manager says that it is about to stop. */
  readonly draining: Promise<void>;
}

/** A registration and what the manager last said of it. */
interface Entry extends Registration {
  info: InterceptInfo | undefined;
  /** Whose word `info` is. */
  client: TunnelClient | undefined;
}

const limits = toLimitValues(agentLimits);

/**
 * A developer's link to the manager, whatever connection carries it. When the connection is lost it waits with jitter (at most 1 s in
 * the first minute, then 5 s), connects, goes on with what was under way, and registers again what is not over. When the manager says that
 * it is about to stop, the link goes over to the next one as soon as there is one, while what is under way at the old one comes to its end.
 * It ends for good when it is told to, when its first attempt fails, or when the manager refuses with what no retry can heal.
 */
export class Session {
  readonly #deps: SessionDeps;
  readonly #entries: Set<Entry>;
  readonly #stop = new AbortController();
  readonly #quick = createBackoff({ firstMs: limits.firstRetryMs, maxMs: limits.restartRetryMs });
  readonly #patient = createBackoff({ firstMs: 2 * limits.restartRetryMs, maxMs: limits.patientRetryMs });
  /** The connection that is open, whether its intercepts are registered yet or not. */
  #client: TunnelClient | undefined;
  /** What the last connection left when it was lost. */
  #lost: LostSession | undefined;
  /** Connections to managers that are about to stop, kept for what is under way on them. */
  readonly #retired: Set<TunnelClient> = new Set();
  /** Resolves, never rejects, when the session is over: with the error unless somebody asked for it. */
  readonly closed: Promise<InterceptError | undefined>;

  /** Connects at once. */
  constructor(deps: SessionDeps, registrations: readonly Registration[]) {
    this.#deps = deps;
    this.#entries = new Set(registrations.map((registration) => ({ ...registration, info: undefined, client: undefined })));
    this.closed = this.#run();
  }

  /** The live intercepts, as the manager last described them. */
  get intercepts(): readonly InterceptInfo[] {
    return [...this.#entries].flatMap(({ info }) => info ?? []);
  }

  /** Rejects with `tunnel_lost` while the manager is away, else as the manager answers. */
  async renew(id: InterceptId, lifetimeMs: number | undefined): Promise<InterceptInfo> {
    const entry = this.#find(id);
    if (entry === undefined) throw new InterceptError('intercept_not_found', `The intercept ${id} is over.`);
    if (this.#client === undefined)
      throw new InterceptError('tunnel_lost', 'The manager is away, so that the intercept cannot be renewed now.');
    entry.info = await this.#client.renew(id, lifetimeMs);
    return entry.info;
  }

  /** Leaves in order; resolves when the session is over. Idempotent. */
  async goodbye(): Promise<void> {
    this.#stop.abort(new InterceptError('canceled', 'The session was ended.'));
    await this.#client?.goodbye();
    await this.closed;
    await Promise.all([...this.#retired].map((client) => client[Symbol.asyncDispose]()));
  }

  async #run(): Promise<InterceptError | undefined> {
    let state: State = { t: 'connecting', lostAtMs: undefined };
    while (state.t !== 'closed') state = await this.#leave(state);
    this.#lost?.[Symbol.dispose]();
    this.#deps.emit({ t: 'closed', error: state.error });
    return state.error;
  }

  /** Stays in `state` until it is over, and answers the next one. */
  #leave(state: Exclude<State, { t: 'closed' }>): Promise<State> {
    switch (state.t) {
      case 'connecting':
        return this.#connect(state.lostAtMs);
      case 'ready':
        return this.#serve(state.link);
      case 'waiting':
        return this.#wait(state.lostAtMs, state.delayMs);
    }
  }

  async #connect(lostAtMs: number | undefined): Promise<State> {
    const { clock, emit, openTunnel } = this.#deps;
    try {
      const client = await openTunnel(this.#stop.signal, this.#lost);
      this.#client = client;
      this.#lost = undefined;
      const link = await this.#registerAll(client);
      // A goodbye during the attempt found no connection to say it on.
      this.#stop.signal.throwIfAborted();
      this.#quick.reset();
      this.#patient.reset();
      emit({ t: 'connected', awayMs: lostAtMs === undefined ? undefined : clock.now() - lostAtMs });
      return { t: 'ready', link };
    } catch (reason) {
      const next = this.#afterFailure(InterceptError.from(reason), lostAtMs);
      // What did get registered must not outlive a session that is over.
      if (next.t === 'closed') await this.#client?.goodbye();
      await this.#release();
      return next;
    }
  }

  async #serve({ client, draining }: Link): Promise<State> {
    const over = new AbortController();
    let succession: Promise<Link | undefined> | undefined;
    const begun = draining.then(() => (succession = this.#findSuccessor(AbortSignal.any([over.signal, this.#stop.signal]))));
    await Promise.race([client.closed, begun]);
    over.abort();
    const successor = await succession;
    if (successor !== undefined) {
      this.#retire(client);
      this.#client = successor.client;
      this.#deps.emit({ t: 'moved' });
      return { t: 'ready', link: successor };
    }
    const error = await client.closed;
    await this.#release();
    if (error === undefined) return { t: 'closed', error };
    const next = this.#afterFailure(error, this.#deps.clock.now());
    if (next.t === 'waiting') this.#deps.emit({ t: 'reconnecting', error });
    return next;
  }

  /** Tries until another manager takes this session's intercepts; undefined when `signal` is aborted before. */
  async #findSuccessor(signal: AbortSignal): Promise<Link | undefined> {
    const { clock, log } = this.#deps;
    const backoff = createBackoff({ firstMs: limits.firstRetryMs, maxMs: limits.restartRetryMs });
    for (;;) {
      try {
        return await this.#openSuccessor(signal);
      } catch (reason) {
        const { code, row } = InterceptError.from(reason);
        log.debug('succession_retry', { code });
        // The old manager still serves; when it is gone, this is told.
        if (row.retry === 'never') return undefined;
        await sleep(clock, backoff.next(), signal).catch(() => {});
        if (signal.aborted) return undefined;
      }
    }
  }

  async #openSuccessor(signal: AbortSignal): Promise<Link> {
    const client = await this.#deps.openTunnel(signal, undefined);
    const giveUp = (): void => void client[Symbol.asyncDispose]();
    signal.addEventListener('abort', giveUp);
    try {
      signal.throwIfAborted();
      const link = await this.#registerAll(client);
      signal.throwIfAborted();
      return link;
    } catch (reason) {
      giveUp();
      // Those that were registered there by then, are still with the old one.
      for (const entry of this.#entries) if (entry.client === client) entry.client = this.#client;
      throw reason;
    } finally {
      signal.removeEventListener('abort', giveUp);
    }
  }

  /** Leaves a manager that is about to stop to what is under way there. */
  #retire(client: TunnelClient): void {
    this.#retired.add(client);
    void client.closed.then(async () => {
      this.#retired.delete(client);
      await client[Symbol.asyncDispose]();
    });
  }

  async #wait(lostAtMs: number, delayMs: number): Promise<State> {
    try {
      await sleep(this.#deps.clock, delayMs, this.#stop.signal);
      return { t: 'connecting', lostAtMs };
    } catch {
      return { t: 'closed', error: undefined };
    }
  }

  #afterFailure(error: InterceptError, lostAtMs: number | undefined): State {
    if (lostAtMs === undefined) return { t: 'closed', error };
    if (this.#stop.signal.aborted) return { t: 'closed', error: undefined };
    if (error.row.retry === 'never') return { t: 'closed', error };
    const backoff = this.#deps.clock.now() - lostAtMs < limits.restartSpanMs ? this.#quick : this.#patient;
    const delayMs = backoff.next();
    this.#deps.log.debug('session_retry', { code: error.code, delayMs });
    return { t: 'waiting', lostAtMs, delayMs };
  }

  async #release(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    this.#lost ??= client?.takeLost();
    await client?.[Symbol.asyncDispose]();
  }

  async #registerAll(client: TunnelClient): Promise<Link> {
    const registered = Promise.withResolvers<void>();
    const draining = Promise.withResolvers<void>();
    let isRegistered = false;
    const onEvent = (event: SessionEvent): void => {
      if (!this.#retired.has(client)) this.#onEvent(event, client);
    };
    // News and pipes may overtake the answer that says which intercept they belong to: they wait for that answer, a pipe unread.
    client.onEvent((event) => {
      if (event.t === 'draining') draining.resolve();
      if (isRegistered) onEvent(event);
      else void registered.promise.then(() => onEvent(event));
    });
    client.onPipe((id, pipe) => void registered.promise.then(() => this.#onPipe(id, pipe)));
    try {
      for (const entry of this.#entries) await this.#register(client, entry);
    } finally {
      isRegistered = true;
      registered.resolve();
    }
    return { client, draining: draining.promise };
  }

  /** An intercept that comes back has only the rest of its lifetime. */
  async #register(client: TunnelClient, entry: Entry): Promise<void> {
    const restMs = entry.info === undefined ? undefined : entry.info.expiresAt.getTime() - this.#deps.clock.date().getTime();
    if (restMs !== undefined && restMs <= 0) this.#drop(entry, 'expired');
    else {
      entry.info = await client.register({ ...entry.spec, lifetimeMs: restMs ?? entry.spec.lifetimeMs });
      entry.client = client;
    }
  }

  #onPipe(id: InterceptId, pipe: Pipe): void {
    const entry = this.#find(id);
    if (entry?.info === undefined) pipe.reset(new InterceptError('intercept_not_found', `The intercept ${id} is over.`));
    else entry.onPipe(pipe, entry.info);
  }

  #onEvent(event: SessionEvent, client: TunnelClient): void {
    if (event.t === 'draining') {
      this.#deps.emit(event);
      return;
    }
    const entry = this.#find(event.t === 'intercept_changed' ? event.intercept.id : event.id);
    if (entry?.info === undefined) return;
    if (event.t === 'intercept_ended') return this.#drop(entry, event.reason, event.message);
    if (event.t === 'intercept_renewed') entry.info = { ...entry.info, expiresAt: event.expiresAt, closing: event.closing };
    if (event.t === 'intercept_changed') {
      // It went over to another manager, which says by itself how it stands there.
      if (entry.client !== client) return;
      entry.info = event.intercept;
    }
    this.#deps.emit({ ...event, intercept: entry.info });
  }

  #drop(entry: Entry, reason: EndReason, message?: string): void {
    this.#entries.delete(entry);
    if (entry.info !== undefined) this.#deps.emit({ t: 'intercept_ended', intercept: entry.info, reason, message });
  }

  #find(id: InterceptId): Entry | undefined {
    return this.#entries.values().find(({ info }) => info?.id === id);
  }
}
