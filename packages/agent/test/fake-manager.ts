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
import { createMemoryPipePair } from '@switchyard/testkit';
import type { SessionEvent, TunnelClient } from '@switchyard/tunnel';

/** A manager without a network: it hands out tunnel connections and remembers what was asked of it. */
export interface FakeManager {
  readonly openTunnel: (signal: AbortSignal) => Promise<TunnelClient>;
  /** What each connection registered, in order of connections. */
  readonly registered: InterceptSpec[][];
  /** Connections that are open now. */
  readonly open: number;
  /** How many connections said goodbye. */
  readonly goodbyes: number;
  /** When each connection was asked for (`Clock.now`), refused ones too. */
  readonly attemptsAtMs: readonly number[];
  /** From now on connections, or registrations, fail so; undefined: no longer. */
  refuse(step: 'open' | 'register', error: InterceptError | undefined): void;
  /** Breaks the connection that is open. */
  lose(error?: InterceptError): void;
  notify(event: SessionEvent): void;
  /** A proxied connection: the manager's end of a pipe. */
  openPipe(id: InterceptId): Pipe;
}

interface Connection {
  readonly client: TunnelClient;
  readonly finish: (error: InterceptError | undefined) => void;
  onEvent: (event: SessionEvent) => void;
  onPipe: (id: InterceptId, pipe: Pipe) => void;
}

export function createFakeManager(clock: Clock): FakeManager {
  const registered: InterceptSpec[][] = [];
  const refusals = new Map<'open' | 'register', InterceptError | undefined>();
  const attemptsAtMs: number[] = [];
  let current: Connection | undefined;
  let goodbyes = 0;

  const check = (step: 'open' | 'register'): void => {
    const error = refusals.get(step);
    if (error !== undefined) throw error;
  };
  const connection = (): Connection => {
    if (current === undefined) throw new Error('no connection is open');
    return current;
  };

  const openTunnel = async (signal: AbortSignal): Promise<TunnelClient> => {
    signal.throwIfAborted();
    attemptsAtMs.push(clock.now());
    check('open');
    const specs: InterceptSpec[] = [];
    registered.push(specs);
    const { promise: closed, resolve } = Promise.withResolvers<InterceptError | undefined>();
    const finish = (error: InterceptError | undefined): void => {
      current = undefined;
      resolve(error);
    };
    const client: TunnelClient = {
      session: `s-${registered.length}` as SessionId,
      onPipe: (handler) => void (connection().onPipe = handler),
      onEvent: (handler) => void (connection().onEvent = handler),
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
        if (current === undefined) return;
        goodbyes += 1;
        finish(undefined);
      },
      closed,
      [Symbol.asyncDispose]: async () => finish(undefined),
    };
    current = { client, finish, onEvent: () => {}, onPipe: () => {} };
    return client;
  };

  return {
    openTunnel,
    registered,
    get open() {
      return current === undefined ? 0 : 1;
    },
    get goodbyes() {
      return goodbyes;
    },
    attemptsAtMs,
    refuse: (step, error) => void refusals.set(step, error),
    lose: (error = new InterceptError('tunnel_lost', 'The connection broke.')) => connection().finish(error),
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
    service: parseServiceName(service),
    port: 'http',
    key: parseRoutingKey('alice'),
    whenAway: 'fail',
    lifetimeMs,
    directPort: undefined,
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
    owner: 'alice',
    whenAway: spec.whenAway,
    session: 'ready',
    client: 'laptop',
    createdAt,
    expiresAt: new Date(createdAt.getTime() + (spec.lifetimeMs ?? 28_800_000)),
  };
}
