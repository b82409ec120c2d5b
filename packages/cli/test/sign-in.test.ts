import { InterceptError, silentLog, silentMetrics } from '@switchyard/contract';
import { createSystemClock } from '@switchyard/runtime';
import { openFakeIssuer, until, type FakeIssuer } from '@switchyard/testkit';
import { openTunnelServer, protocolVersions, type Caller, type ManagerApi } from '@switchyard/tunnel';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, type TestContext } from 'vitest';
import type { Result } from '../src/doctor/examine.ts';
import type { Host } from '../src/index.ts';
import { openFolder } from './programs.ts';
import { runInProcess, type Outcome } from './run-in-process.ts';

interface World {
  readonly issuer: FakeIssuer;
  readonly manager: string;
  readonly state: string;
  readonly callers: readonly Caller[];
  /** Tokens that the manager does not take. */
  readonly unknown: Set<string>;
  run(argv: readonly string[], host?: Partial<Host>): Promise<Outcome>;
}

/** The name in an ID token, as the manager of a cluster reads it; it trusts everybody here. */
function toName(token: string | undefined): string | undefined {
  const [, claims] = token?.split('.') ?? [];
  return claims === undefined ? undefined : String(JSON.parse(Buffer.from(claims, 'base64url').toString()).sub);
}

/** A manager of a cluster that takes what the issuer gives, and a person without a kubeconfig. */
async function openWorld({ onTestFinished }: TestContext, offers: 'sign-in' | 'nothing' = 'sign-in'): Promise<World> {
  const stack = new AsyncDisposableStack();
  onTestFinished(() => stack.disposeAsync());
  const issuer = stack.use(await openFakeIssuer());
  const folder = stack.use(await openFolder());
  const callers: Caller[] = [];
  const unknown = new Set<string>();
  const nameOf = ({ token }: Caller): string | undefined => (token !== undefined && unknown.has(token) ? undefined : toName(token));
  const refuse = (): Promise<never> => Promise.reject(new InterceptError('not_signed_in', 'Nobody is.'));
  const signIn = { issuer: issuer.url, clientId: 'switchyard', scopes: [] };
  const api: ManagerApi = {
    info: async (caller) => {
      callers.push(caller);
      const owner = nameOf(caller);
      const base = { version: '1', protocol: protocolVersions, auth: 'kubernetes', now: new Date(), policy: undefined } as const;
      return { ...base, owner, groups: owner === undefined ? [] : ['devs', 'team-blue'], ...(offers === 'sign-in' ? { signIn } : {}) };
    },
    listServices: async () => [],
    listIntercepts: async (caller) => (nameOf(caller) === undefined ? refuse() : []),
    removeIntercepts: refuse,
    renewIntercept: refuse,
    explain: refuse,
    listEvents: refuse,
    followEvents: refuse,
  };
  const deps = { clock: createSystemClock(), log: silentLog, metrics: silentMetrics };
  const server = stack.use(await openTunnelServer(deps, { accept: refuse, api, listen: { host: '127.0.0.1', port: 0 } }));
  const manager = `http://127.0.0.1:${server.port}`;
  const host = { home: folder.path, cwd: folder.path, env: { INTERCEPT_MANAGER: manager } };
  return {
    issuer,
    manager,
    state: join(folder.path, '.local', 'state', 'switchyard', 'sign-ins'),
    callers,
    unknown,
    run: (argv, more = {}) => runInProcess(argv, { ...host, ...more }),
  };
}

test('a person signs in by a code, is known then, and signs out again', async (context) => {
  const world = await openWorld(context);
  const command = world.run(['login']);
  await until(() => (world.issuer.asked['/token'] ?? 0) > 1);
  world.issuer.answer = 'confirmed';
  const { code, stdout, stderr } = await command;
  expect({ code, stdout }).toEqual({
    code: 0,
    stdout: `signed in as alice-1; use it with --manager ${world.manager}, or INTERCEPT_MANAGER\n`,
  });
  expect(stderr).toContain(`open ${world.issuer.url}/confirm in a browser, and confirm the code WDJB-MJHT within 10m`);
  expect(stderr).not.toContain('refresh-');

  const [name = ''] = await readdir(world.state);
  expect((await stat(world.state)).mode & 0o777).toBe(0o700);
  expect((await stat(join(world.state, name))).mode & 0o777).toBe(0o600);
  expect((await world.run(['whoami'])).stdout).toBe(
    `alice-1, says the manager at ${new URL(world.manager).host}: by your sign-in\ngroups: devs, team-blue\n`,
  );
  expect(await world.run(['list'])).toMatchObject({ code: 0, stdout: 'nobody intercepts anything\n' });

  expect(await world.run(['logout'])).toEqual({ code: 0, stdout: `signed out of ${world.manager}\n`, stderr: '' });
  expect([...world.issuer.live]).toEqual([]);
  expect(await readdir(world.state)).toEqual([]);
  expect((await world.run(['logout'])).stdout).toBe(`you were not signed in for ${world.manager}\n`);
  expect(await world.run(['list'])).toMatchObject({
    code: 4,
    stderr: expect.stringContaining(`intercept login --manager ${world.manager}`),
  });
});

test('of several commands at once one refreshes a token that has run out, and all go on', async (context) => {
  const world = await openWorld(context);
  world.issuer.answer = 'confirmed';
  world.issuer.lifetimeSeconds = 30;
  await world.run(['login']);
  world.issuer.lifetimeSeconds = 3_600;
  const outcomes = await Promise.all([1, 2, 3, 4].map(() => world.run(['whoami', '-o', 'plain'])));
  expect(outcomes.map(({ stdout }) => stdout.split('\t')[0])).toEqual(['alice-2', 'alice-2', 'alice-2', 'alice-2']);
  expect([...world.issuer.live]).toEqual(['refresh-2']);
  const [name = ''] = await readdir(world.state);
  expect(await readFile(join(world.state, name), 'utf8')).toContain('refresh-2');
});

test('a sign-in that was revoked elsewhere is over, in one sentence', async (context) => {
  const world = await openWorld(context);
  world.issuer.answer = 'confirmed';
  world.issuer.lifetimeSeconds = 30;
  await world.run(['login']);
  (world.issuer.live as Set<string>).clear();
  expect(await world.run(['list'])).toEqual({
    code: 4,
    stdout: '',
    stderr: `error: Your sign-in at ${new URL(world.issuer.url).host} is over.\n  Sign in again: intercept login.\n`,
  });
});

test.for([
  ['denied', 'The sign-in was declined.'],
  ['expired', 'The code was not confirmed in time.'],
] as const)('one that is %s leaves nothing behind', async ([answer, message], context) => {
  const world = await openWorld(context);
  world.issuer.answer = answer;
  expect(await world.run(['login'])).toMatchObject({ code: 4, stderr: expect.stringContaining(`error: ${message}`) });
  await expect(readdir(world.state)).rejects.toThrow('ENOENT');
});

test('who stops a sign-in leaves nothing behind', async (context) => {
  const world = await openWorld(context);
  const stop = new AbortController();
  const command = world.run(['login'], { signal: stop.signal });
  await until(() => (world.issuer.asked['/token'] ?? 0) > 0);
  stop.abort(new InterceptError('canceled', 'Stopped by SIGINT.', { detail: { signal: 'SIGINT' } }));
  expect((await command).code).toBe(130);
  await expect(readdir(world.state)).rejects.toThrow('ENOENT');
});

test.for<[what: string, changes: Readonly<Record<string, unknown>>, message: string]>([
  ['without device codes', { device_authorization_endpoint: undefined }, 'offers no sign-in from a terminal (RFC 8628)'],
  ['that says it is another', { issuer: 'https://another.example' }, 'does not answer as it should'],
  ['that says too much [cli.issuerBytes]', { filler: 'x'.repeat(300_000) }, 'its answer has more than 262144 bytes'],
])('an issuer %s is refused in one sentence', async ([, changes, message], context) => {
  const world = await openWorld(context);
  world.issuer.changes = changes;
  expect((await world.run(['login'])).stderr).toContain(message);
});

test('whoami says nobody for whom a manager does not know, with its reason', async (context) => {
  const world = await openWorld(context);
  const token = `${Buffer.from('{}').toString('base64url')}.${Buffer.from('{}').toString('base64url')}.x`;
  world.unknown.add(token);
  expect(await world.run(['whoami'], { env: { INTERCEPT_MANAGER: world.manager, INTERCEPT_TOKEN: token } })).toEqual({
    code: 4,
    stdout: '',
    stderr: 'error: Nobody is.\n',
  });
});

test('without any proof all ways are named', async (context) => {
  const world = await openWorld(context, 'nothing');
  const { host } = new URL(world.manager);
  expect(await world.run(['list'])).toEqual({
    code: 4,
    stdout: '',
    stderr: `error: The manager at ${host} belongs to a cluster, and nothing here says who you are.\n  One of these does: name a file with a token (--token-file), or give the kubeconfig of its cluster (--kubeconfig).\n`,
  });
  expect((await world.run(['login'])).stderr).toContain('has nowhere to sign in');
  expect((await world.run(['login'], { env: {} })).stderr).toContain('It was not said which manager');
  expect(world.callers.every(({ token }) => token === undefined)).toBe(true);
});

test('with a token alone doctor looks at what the manager shows, and says what it would need a kubeconfig for', async (context) => {
  const world = await openWorld(context);
  const token = ['{}', '{"sub":"alice"}', ''].map((part) => Buffer.from(part).toString('base64url')).join('.') + 'x';
  const env = { INTERCEPT_MANAGER: world.manager, INTERCEPT_TOKEN: token };
  const look = async (): Promise<ReadonlyMap<string, Result>> => {
    const { stdout } = await world.run(['doctor', 'orders', '-o', 'json'], { env });
    const { checks }: { readonly checks: readonly Result[] } = JSON.parse(stdout);
    return new Map(checks.map((result) => [result.id, result]));
  };
  const found = await look();
  const { host } = new URL(world.manager);
  expect(['manager', 'clock', 'key'].map((id) => found.get(id)?.state)).toEqual(['ok', 'ok', 'ok']);
  expect(found.get('token')).toMatchObject({
    state: 'ok',
    says: `alice, says the manager at ${host}: by the token of INTERCEPT_TOKEN`,
  });
  expect(found.get('service')).toMatchObject({ state: 'fail', says: 'There is no service "orders" at this manager' });
  expect(found.get('intercept')).toMatchObject({ state: 'skipped', says: 'none of yours is there, and none stands in its way' });
  for (const id of ['rights', 'mesh']) {
    expect(found.get(id)).toMatchObject({
      state: 'skipped',
      says: 'it needs a kubeconfig: the API server is asked that, and with a token only the manager is',
    });
  }
  world.unknown.add(token);
  expect((await look()).get('token')).toMatchObject({ state: 'fail', says: 'Nobody is' });
});
