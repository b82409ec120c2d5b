import {
  InterceptError,
  parseRoutingKey,
  parseServiceName,
  toInterceptId,
  type Clock,
  type InterceptId,
  type InterceptInfo,
  type InterceptSpec,
  type Pipe,
  type SessionId,
} from '@switchyard/contract';
import { createMemoryPipePair, plainSpec } from '@switchyard/testkit';
import type { LostSession, SessionEvent, TunnelClient } from '@switchyard/tunnel';

/** A manager without a network: it hands out tunnel connections and remembers what was asked of it. */
export interface FakeManager {
  readonly openTunnel: (signal: AbortSignal, lost: LostSession | undefined) => Promise<TunnelClient>;
  /** What each connection registered, in order of connections. */
  readonly registered: InterceptSpec[][];
  /** Connections that are open now. */
  readonly open: number;
  /** How many connections said goodbye. */
  readonly goodbyes: number;
  /** What each connection was to go on with, in order of connections. */
  readonly resumed: readonly (LostSession | undefined)[];
  /** When each connection was asked for (`Clock.now`), refused ones too. */
  readonly attemptsAtMs: readonly number[];
  /** From now on connections, or registrations, fail so; undefined: no longer. */
  refuse(step: 'open' | 'register', error: InterceptError | undefined): void;
  /** Breaks the newest connection, or the oldest one; `left` is what it leaves. */
  lose(error?: InterceptError, which?: 'newest' | 'oldest', left?: LostSession): void;
  notify(event: SessionEvent): void;
  /** A proxied connection: the manager's end of a pipe. */
  openPipe(id: InterceptId): Pipe;
}

interface Connection {
  readonly client: TunnelClient;
  left: LostSession | undefined;
  readonly finish: (error: InterceptError | undefined) => void;
  onEvent: (event: SessionEvent) => void;
  onPipe: (id: InterceptId, pipe: Pipe) => void;
}

export function createFakeManager(clock: Clock): FakeManager {
  const registered: InterceptSpec[][] = [];
  const refusals = new Map<'open' | 'register', InterceptError | undefined>();
  const attemptsAtMs: number[] = [];
  const resumed: (LostSession | undefined)[] = [];
  const live: Connection[] = [];
  let goodbyes = 0;

  const check = (step: 'open' | 'register'): void => {
    const error = refusals.get(step);
    if (error !== undefined) throw error;
  };
  const connection = (): Connection => {
    const newest = live.at(-1);
    if (newest === undefined) throw new Error('no connection is open');
    return newest;
  };

  const openTunnel = async (signal: AbortSignal, lost: LostSession | undefined): Promise<TunnelClient> => {
    signal.throwIfAborted();
    attemptsAtMs.push(clock.now());
    check('open');
    resumed.push(lost);
    const specs: InterceptSpec[] = [];
    registered.push(specs);
    const { promise: closed, resolve } = Promise.withResolvers<InterceptError | undefined>();
    const finish = (error: InterceptError | undefined): void => {
      if (live.includes(own)) live.splice(live.indexOf(own), 1);
      resolve(error);
    };
    const client: TunnelClient = {
      session: `s-${registered.length}` as SessionId,
      onPipe: (handler) => void (own.onPipe = handler),
      onEvent: (handler) => void (own.onEvent = handler),
      async register(spec) {
        check('register');
        specs.push(spec);
        return toInfo(spec, clock);
      },
      unregister: async () => {},
      async renew(id, lifetimeMs = 1000) {
        const spec = specs.find((each) => toInfo(each, clock).id === id);
        if (spec === undefined) throw new InterceptError('intercept_not_found', 'none');
        return toInfo({ ...spec, lifetimeMs }, clock);
      },
      async goodbye() {
        if (!live.includes(own)) return;
        goodbyes += 1;
        finish(undefined);
      },
      takeLost() {
        const { left } = own;
        own.left = undefined;
        return left;
      },
      closed,
      [Symbol.asyncDispose]: async () => finish(undefined),
    };
    const own: Connection = { client, left: undefined, finish, onEvent: () => {}, onPipe: () => {} };
    live.push(own);
    return client;
  };

  return {
    openTunnel,
    registered,
    get open() {
      return live.length;
    },
    get goodbyes() {
      return goodbyes;
    },
    resumed,
    attemptsAtMs,
    refuse: (step, error) => void refusals.set(step, error),
    lose(error = new InterceptError('tunnel_lost', 'The connection broke.'), which = 'newest', left) {
      const lost = which === 'newest' ? connection() : live[0];
      if (lost === undefined) return;
      lost.left = left;
      lost.finish(error);
    },
    notify: (event) => connection().onEvent(event),
    openPipe(id) {
      const [ours, theirs] = createMemoryPipePair();
      connection().onPipe(id, theirs);
      return ours;
    },
  };
}

/** The spec of an intercept of `service` by the key `alice`. */
export function specOf(service: string, lifetimeMs?: number): InterceptSpec {
  return {
    ...plainSpec,
    service: parseServiceName(service),
    port: 'http',
    key: parseRoutingKey('alice'),
    lifetimeMs,
  };
}

/** The id that the fake manager gives to `specOf(service)`. */
export function idOf(service: string): InterceptId {
  return toInterceptId(parseServiceName(service), 'http', parseRoutingKey('alice'));
}

function toInfo(spec: InterceptSpec, clock: Clock): InterceptInfo {
  const createdAt = clock.date();
  return {
    id: idOf(spec.service),
    service: spec.service,
    port: 'http',
    key: spec.key,
    match: [],
    sharedWith: [],
    joins: false,
    owner: 'alice',
    whenAway: spec.whenAway,
    session: 'ready',
    client: 'laptop',
    createdAt,
    expiresAt: new Date(createdAt.getTime() + (spec.lifetimeMs ?? 28_800_000)),
  };
}
