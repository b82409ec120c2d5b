import { createAgentKey, openAgent, type Agent, type AgentEvent } from '@switchyard/agent';
import { InterceptError, type Clock, type Log } from '@switchyard/contract';
import { isReadyRouter, openForwardSocket, pods, routerSelector, type KubeClient } from '@switchyard/kube';
import { openClaim, type Claim, type ClaimDeps, type SessionWish } from './claim.ts';
import type { Life } from './ledger.ts';
import type { User } from './user.ts';
import { openWire } from './wire.ts';

/** What sessions need. */
export interface SessionDeps extends ClaimDeps {
  readonly clock: Clock;
  readonly log: Log;
  /** An existing folder for sockets. */
  readonly folder: string;
  readonly onEvent: (event: AgentEvent, session: Session) => void;
}

/** One `intercept run`, as it were: objects, a port-forward and an agent. Dispose ends it as a goodbye does. */
export interface Session extends AsyncDisposable {
  readonly user: User;
  readonly key: string;
  readonly lives: readonly Life[];
  readonly agent: Agent;
  /** Breaks the connection to the manager; the agent comes back by itself. */
  cut(): void;
  /** Ends without a word, as a machine that loses its power. */
  crash(): Promise<void>;
}

/** How long after an object says so new connections reach the routers everywhere. */
const settleMs = 1_500;
/** How long a session may take until its first connection. */
const openingMs = 60_000;

/** Makes the objects, connects, and waits until requests arrive. Rejects with what was refused; then nothing stays. */
export async function openSession(deps: SessionDeps, wish: SessionWish): Promise<Session> {
  const { clock, log, folder } = deps;
  const { user, key, services } = wish;
  const { client } = user;
  await using machine = new AsyncDisposableStack();
  await using objects = new AsyncDisposableStack();
  const forward = { namespace: client.namespace, port: 7480, folder, pickPod: pickRouter(client) };
  const { path } = machine.use(await openForwardSocket({ clock, log, client }, forward));
  const wire = machine.use(await openWire(path));
  const keyPair = createAgentKey();
  const claims: Claim[] = [];
  for (const service of services) {
    const claim = await openClaim(deps, wish, service, keyPair.publicKey);
    machine.use(claim.server);
    objects.defer(claim.release);
    claims.push(claim);
  }
  const lives = claims.map(({ life }) => life);
  const session: { opened?: Session } = {};
  const agent = await openAgent(
    { clock, log },
    {
      url: wire.url,
      owner: user.name,
      client: 'churn',
      token: undefined,
      keyPair,
      intercepts: claims.map(({ intercept }) => intercept),
      onEvent: (event) => session.opened !== undefined && deps.onEvent(event, session.opened),
      signal: AbortSignal.timeout(openingMs),
    },
  );
  machine.defer(async () => agent.goodbye());
  await Promise.all(claims.map(({ ready }) => ready));
  for (const life of lives) life.readyAt = performance.now() + settleMs;
  const [ownMachine, ownObjects] = [machine.move(), objects.move()];
  const endAll = (): void => {
    for (const life of lives) life.endingAt = Math.min(life.endingAt ?? Infinity, performance.now());
  };
  session.opened = {
    user,
    key,
    lives,
    agent,
    cut: () => wire.cut(),
    async crash() {
      endAll();
      await wire[Symbol.asyncDispose]();
      await ownMachine.disposeAsync();
    },
    async [Symbol.asyncDispose]() {
      endAll();
      await ownMachine.disposeAsync();
      await ownObjects.disposeAsync();
    },
  };
  return session.opened;
}

/** Any router will do. */
function pickRouter(client: KubeClient): (signal: AbortSignal) => Promise<string> {
  const labelSelector = Object.entries(routerSelector)
    .map(([name, value]) => `${name}=${value}`)
    .join(',');
  return async (signal) => {
    const { items } = await client.list(pods, { labelSelector, signal });
    const ready = items.filter(isReadyRouter);
    const picked = ready[Math.floor(Math.random() * ready.length)];
    if (picked === undefined) throw new InterceptError('manager_unreachable', 'No router is ready.');
    return picked.metadata.name;
  };
}
