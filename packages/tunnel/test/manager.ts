import {
  InterceptError,
  parseRoutingKey,
  parseServiceName,
  silentLog,
  silentMetrics,
  toInterceptId,
  type Clock,
  type InterceptId,
  type InterceptInfo,
  type InterceptSpec,
  type Pipe,
  type RoutingKey,
  type ServiceName,
} from '@switchyard/contract';
import { createSystemClock } from '@switchyard/runtime';
import { plainSpec } from '@switchyard/testkit';
import {
  createAccess,
  openTunnelClient,
  openTunnelServer,
  protocolVersions,
  type AcceptSession,
  type Access,
  type AgentKeyPair,
  type CarrierName,
  type Hello,
  type LostSession,
  type Http1Listener,
  type ManagerApi,
  type ServerSession,
  type SessionEnd,
  type TunnelClient,
  type TunnelLimits,
  type TunnelServer,
  type TunnelServerOptions,
  type VersionRange,
} from '../src/index.ts';

/** What may carry a session: whatever a session promises, it promises with each of them. */
export const carriers: readonly CarrierName[] = ['grpc', 'websocket'];

export const service: ServiceName = parseServiceName('orders');
const key: RoutingKey = parseRoutingKey('alice');
export const intercept: InterceptId = toInterceptId(service, 'http', key);
export const spec: InterceptSpec = {
  ...plainSpec,
  service,
  port: 'http',
  key,
};

/** A manager's end that takes everybody (token `wrong` is refused) and remembers what happened. */
export interface TestManager extends AsyncDisposable {
  readonly server: TunnelServer;
  readonly url: URL;
  readonly sessions: readonly ServerSession[];
  readonly hellos: readonly Hello[];
  readonly ends: readonly SessionEnd[];
  readonly asked: readonly string[];
}

function toInfo(asked: InterceptSpec, owner: string): InterceptInfo {
  const { service: name, port = 'http', key: askedKey, match, sharedWith, joins, whenAway } = asked;
  return {
    id: toInterceptId(name, port, askedKey ?? key),
    service: name,
    port,
    key: askedKey,
    match,
    sharedWith,
    joins,
    owner,
    whenAway,
    session: 'ready',
    client: 'laptop',
    createdAt: new Date(1_000),
    expiresAt: new Date(2_000),
  };
}

const api: ManagerApi = {
  info: async (caller) => {
    if (caller.token === 'wrong') throw new InterceptError('not_signed_in', 'The token is wrong.', { hint: 'Ask for another.' });
    return { version: '1.2.3', protocol: protocolVersions, auth: 'token', owner: caller.owner, now: undefined, policy: undefined };
  },
  listServices: async () => [
    { name: service, ports: [{ name: 'http', listen: '127.0.0.1:1', baseline: '127.0.0.1:2', protocol: 'auto', notes: ['a note'] }] },
  ],
  listIntercepts: async (caller) => [toInfo(spec, caller.owner ?? 'nobody')],
  removeIntercepts: () => Promise.reject(new TypeError('a fault with a secret in it')),
  renewIntercept: async (caller, id, lifetimeMs) => ({
    ...toInfo(spec, caller.owner ?? 'nobody'),
    id,
    expiresAt: new Date(lifetimeMs ?? 0),
  }),
  explain: () => Promise.reject(new Error('not asked for')),
  listEvents: () => Promise.reject(new Error('not asked for')),
  followEvents: () => Promise.reject(new Error('not asked for')),
};

export async function openManager(
  options: {
    clock?: Clock;
    limits?: Partial<TunnelLimits>;
    accept?: AcceptSession;
    proof?: 'key';
    versions?: VersionRange;
    onRequest?: Http1Listener;
    api?: Partial<ManagerApi>;
    tls?: TunnelServerOptions['tls'];
  } = {},
): Promise<TestManager> {
  const sessions: ServerSession[] = [];
  const hellos: Hello[] = [];
  const ends: SessionEnd[] = [];
  const asked: string[] = [];
  const accept: AcceptSession = async (hello, session) => {
    hellos.push(hello);
    if (hello.token === 'wrong') throw new InterceptError('not_signed_in', 'The token is wrong.', { hint: 'Ask for another.' });
    sessions.push(session);
    return {
      onRegister: async (wanted) => {
        asked.push('register');
        if (wanted.key === 'taken') throw new InterceptError('route_conflict', 'bob holds this key.', { hint: 'Choose another key.' });
        return toInfo(wanted, hello.owner);
      },
      onUnregister: async () => void asked.push('unregister'),
      onRenew: async (_id, lifetimeMs) => {
        asked.push(`renew ${lifetimeMs}`);
        return toInfo(spec, hello.owner);
      },
      onClose: (end) => void ends.push(end),
    };
  };
  const server = await openTunnelServer(
    { clock: options.clock ?? createSystemClock(), log: silentLog, metrics: silentMetrics },
    {
      accept: options.accept ?? accept,
      api: { ...api, ...options.api },
      proof: options.proof ?? 'none',
      ...(options.versions === undefined ? {} : { versions: options.versions }),
      ...(options.onRequest === undefined ? {} : { onRequest: options.onRequest }),
      tls: options.tls,
      listen: { host: '127.0.0.1', port: 0 },
      ...(options.limits === undefined ? {} : { limits: options.limits }),
    },
  );
  return {
    server,
    url: new URL(`${options.tls === undefined ? 'http' : 'https'}://127.0.0.1:${server.port}`),
    sessions,
    hellos,
    ends,
    asked,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

export function openAgent(
  url: URL,
  options: {
    clock?: Clock;
    limits?: Partial<TunnelLimits>;
    token?: string;
    keyPair?: AgentKeyPair;
    instance?: string;
    versions?: VersionRange;
    resume?: LostSession;
    signal?: AbortSignal;
    carrier?: CarrierName;
    access?: Access;
  } = {},
): Promise<TunnelClient> {
  return openTunnelClient(
    { clock: options.clock ?? createSystemClock(), log: silentLog },
    {
      url,
      access: options.access ?? createAccess({ carrier: options.carrier }),
      hello: { instance: options.instance ?? '0123456789abcdef', owner: 'alice', client: 'laptop', token: options.token },
      keyPair: options.keyPair,
      resume: options.resume,
      ...(options.versions === undefined ? {} : { versions: options.versions }),
      signal: options.signal ?? AbortSignal.timeout(30_000),
      ...(options.limits === undefined ? {} : { limits: options.limits }),
    },
  );
}

/** The only session of a manager. */
export function theSession(manager: TestManager): ServerSession {
  const [session] = manager.sessions;
  if (session === undefined) throw new Error('no session');
  return session;
}

/** A manager and an agent, and a way to open pipes between them. */
export interface Tunnel extends AsyncDisposable {
  readonly manager: TestManager;
  readonly agent: TunnelClient;
  /** Opens a pipe: the manager's end and the agent's. */
  open(signal?: AbortSignal): Promise<{ readonly near: Pipe; readonly far: Pipe }>;
}

export async function openTunnel(
  options: { clock?: Clock; limits?: Partial<TunnelLimits>; via?: (url: URL) => URL | Promise<URL>; carrier?: CarrierName } = {},
): Promise<Tunnel> {
  const manager = await openManager(options);
  const agent = await openAgent(await (options.via ?? ((url) => url))(manager.url), options);
  const arrived: Pipe[] = [];
  const waiting: ((pipe: Pipe) => void)[] = [];
  agent.onPipe((_intercept, pipe) => {
    const next = waiting.shift();
    if (next === undefined) arrived.push(pipe);
    else next(pipe);
  });
  return {
    manager,
    agent,
    async open(signal = AbortSignal.timeout(10_000)) {
      const near = await theSession(manager).openPipe(intercept, signal);
      const far = arrived.shift() ?? (await new Promise<Pipe>((resolve) => void waiting.push(resolve)));
      return { near, far };
    },
    async [Symbol.asyncDispose]() {
      await agent[Symbol.asyncDispose]();
      await manager[Symbol.asyncDispose]();
    },
  };
}
