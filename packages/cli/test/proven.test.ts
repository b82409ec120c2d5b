import {
  InterceptError,
  parseServiceName,
  silentLog,
  silentMetrics,
  type InterceptInfo,
  type ServiceInfo,
  type Waiting,
} from '@switchyard/contract';
import { toRouteId } from '@switchyard/route';
import { createSystemClock } from '@switchyard/runtime';
import { openTunnelServer, protocolVersions, type AcceptSession, type ManagerApi, type ServerSession } from '@switchyard/tunnel';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openFreePort } from './programs.ts';
import { runInProcess, startInProcess, type Outcome, type Started } from './run-in-process.ts';

const approve = 'Somebody approves it: `intercept admin approve orders.http.alice`.';
const pending: Waiting = { accepted: false, reason: 'ApprovalPending', message: approve };
const preparing: Waiting = { accepted: true, reason: 'Preparing', message: 'The traffic of orders is being led to the router.' };

/** A manager of a cluster that takes every token for alice's, and says of her intercept what the test tells it to. */
interface Manager extends AsyncDisposable {
  /** How sessions ended, in order. */
  readonly ends: readonly string[];
  /** What keeps the requests of the intercept, from now on. */
  say(waiting: Waiting | undefined): void;
  /** Ends the intercept. */
  end(message: string): void;
  /** Starts `intercept run orders`. */
  run(...args: readonly string[]): Started;
  /** Runs `intercept list`. */
  list(): Promise<Outcome>;
  /** Runs `intercept status orders`. */
  status(...args: readonly string[]): Promise<Outcome>;
}

const stack = new AsyncDisposableStack();
let app: { readonly port: number };
beforeAll(async () => {
  app = stack.use(await openFreePort('mine'));
});
afterAll(() => stack.disposeAsync());

async function openManager(first: Waiting | undefined): Promise<Manager> {
  let waiting = first;
  let live: { readonly session: ServerSession; readonly info: InterceptInfo } | undefined;
  const ends: string[] = [];
  const accept: AcceptSession = async ({ owner, client }, session) => ({
    async onRegister({ service, port = 'http', key, match, sharedWith, joins, whenAway }) {
      const [createdAt, expiresAt] = [new Date(), new Date(Date.now() + 3_600_000)];
      const id = toRouteId(service, port, { key, match });
      const spec = { service, port, key, match, sharedWith, joins, whenAway };
      const info: InterceptInfo = { ...spec, id, owner, session: 'ready', client, createdAt, expiresAt };
      live = { session, info };
      return { ...info, waiting };
    },
    onUnregister: async () => {},
    onRenew: () => Promise.reject(new Error('not asked for')),
    onClose: (end) => void ends.push(end.t),
  });
  const refuse = (): Promise<never> => Promise.reject(new InterceptError('not_signed_in', 'Nobody is.'));
  const port = { name: 'http', listen: 'orders:80', baseline: 'orders:80', protocol: 'auto', notes: [] } as const;
  const orders: ServiceInfo = { name: parseServiceName('orders'), ports: [port] };
  const api: ManagerApi = {
    info: async () => ({
      version: '1',
      protocol: protocolVersions,
      auth: 'kubernetes',
      owner: 'alice',
      now: new Date(),
      policy: undefined,
    }),
    listServices: async () => [orders],
    listIntercepts: async () => (live === undefined ? [] : [{ ...live.info, waiting }]),
    removeIntercepts: refuse,
    renewIntercept: refuse,
    explain: refuse,
    listEvents: refuse,
    followEvents: refuse,
  };
  const deps = { clock: createSystemClock(), log: silentLog, metrics: silentMetrics };
  const server = await openTunnelServer(deps, { accept, proof: 'key', api, listen: { host: '127.0.0.1', port: 0 } });
  const env = { INTERCEPT_MANAGER: `http://127.0.0.1:${server.port}`, INTERCEPT_TOKEN: 'token', PATH: process.env['PATH'] };
  return {
    ends,
    say(now) {
      waiting = now;
      if (live !== undefined) live.session.notify({ t: 'intercept_changed', intercept: { ...live.info, waiting } });
    },
    end: (message) => live?.session.notify({ t: 'intercept_ended', id: live.info.id, reason: 'policy', message }),
    run: (...args) => startInProcess(['run', 'orders', '--key', 'alice', '--port', String(app.port), ...args], { env }),
    list: () => runInProcess(['list'], { env }),
    status: (...args) => runInProcess(['status', 'orders', ...args], { env }),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

test('by a token, too, "ready" means that requests arrive: what is waited for is said until then, and when they are lost', async () => {
  await using manager = await openManager(pending);
  await using run = manager.run();
  await run.says(`waiting for an approval of orders: ${approve}`);
  expect((await manager.list()).stdout).toMatch(/ ROUTED\norders .* ApprovalPending\n$/);
  manager.say(preparing);
  await run.says(`taking over orders: ${preparing.message}`);
  expect(run.stderr).not.toContain('ready:');
  expect((await manager.status()).stdout).toContain(`orders http: requests do not reach you now: ${preparing.message}`);
  expect((await manager.status('-q')).code).toBe(3);
  manager.say(undefined);
  await run.says('orders is routed\n');
  await run.says('ready:');
  expect((await manager.list()).stdout).not.toContain('ROUTED');
  expect((await manager.status('-q')).code).toBe(0);
  manager.say({ accepted: true, reason: 'Drifted', message: 'Somebody else wrote the Service.' });
  await run.says('requests for orders do not reach you now: Somebody else wrote the Service.');
  manager.say(undefined);
  await run.says('orders is routed again');
  run.stop();
  expect(await run.exited).toBe(130);
  expect(manager.ends).toEqual(['goodbye']);
});

test('a manager that does not say what is waited for is believed, and nothing is said of routes', async () => {
  await using manager = await openManager(undefined);
  await using run = manager.run();
  await run.says('ready:');
  expect(run.stderr).not.toContain('routed');
});

test.for<[what: string, waiting: Waiting, why: string]>([
  ['nobody approves', pending, `nobody has approved it. ${approve}`],
  ['is not routed', preparing, preparing.message],
])('what %s in time is given up with the words of a cluster, and leaves nothing', async ([, waiting, why]) => {
  await using manager = await openManager(waiting);
  await using run = manager.run('--timeout', '3s', '-q');
  expect(await run.exited).toBe(1);
  expect(run.stderr).toBe(
    `error: The requests for orders do not arrive here after 3s: ${why}\n  See \`intercept status orders\`, or give it more time with --timeout.\n`,
  );
  expect(manager.ends).toEqual(['goodbye']);
});

test.for<[what: string, act: (manager: Manager) => void, code: number, words: string]>([
  [
    'refused',
    (manager) => manager.say({ accepted: false, reason: 'PolicyDenied', message: 'No policy allows it.' }),
    4,
    'No policy allows it.',
  ],
  ['ended', (manager) => manager.end('The policy "p" is gone.'), 3, 'The policy "p" is gone.'],
])('one that is %s while it waits is over at once', async ([, act, code, words]) => {
  await using manager = await openManager(pending);
  await using run = manager.run();
  await run.says('waiting for an approval of orders');
  act(manager);
  expect(await run.exited).toBe(code);
  expect(run.stderr).toContain(`error: ${words}`);
  expect(run.stderr).not.toContain('ready:');
  expect(manager.ends).toEqual(['goodbye']);
});
