import { createAgentKey, openAgent, type Agent } from '@switchyard/agent';
import { parseRoutingKey, parseServiceName, silentLog } from '@switchyard/contract';
import type { Intercept } from '@switchyard/kube';
import { createSystemClock } from '@switchyard/runtime';
import {
  encodeAgentMessage,
  encodeAttach,
  parseManagerFrame,
  parseManagerMessage,
  tunnelDefinition,
  type WelcomeMessage,
} from '@switchyard/wire';
import { plainSpec } from '@switchyard/testkit';
import { randomBytes, sign } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { isTestCluster, kubectl, read, testCluster } from './support/cluster.ts';
import type { Developer } from './support/developer.ts';
import { evidence } from './support/evidence.ts';
import { openForward, type Forward } from './support/forward.ts';
import { openNamespace, type TestNamespace } from './support/namespace.ts';
import { names } from './support/objects.ts';
import type { Person } from './support/people.ts';
import { openStage, type Stage } from './support/stage.ts';
import { eventually } from './support/wait.ts';

// Who refuses whom: the API server what comes by a kubeconfig, the manager what comes with a token or a key.
let stage: Stage;
let elsewhere: TestNamespace;
let forward: Forward;
let alice: Developer & Person;

beforeAll(async () => {
  [stage, elsewhere] = await Promise.all([openStage('identity'), openNamespace('identity-other')]);
  alice = await stage.developer('alice');
  for (const name of ['ci', 'guest']) await kubectl(['create', 'serviceaccount', name, '-n', stage.namespace]);
  await kubectl([
    'create',
    'rolebinding',
    'ci-edit',
    '--clusterrole=edit',
    `--serviceaccount=${stage.namespace}:ci`,
    '-n',
    stage.namespace,
  ]);
  await kubectl(['create', 'serviceaccount', 'ci', '-n', elsewhere.name]);
  // With every right here: its token is refused for where it is from.
  await kubectl([
    'create',
    'rolebinding',
    'far-edit',
    '--clusterrole=edit',
    `--serviceaccount=${elsewhere.name}:ci`,
    '-n',
    stage.namespace,
  ]);
  forward = await openForward(stage.namespace, 'service/switchyard-manager', 7480);
});
afterAll(async () => {
  await forward[Symbol.asyncDispose]();
  await Promise.all([stage[Symbol.asyncDispose](), elsewhere[Symbol.asyncDispose]()]);
});

/** A token of the ServiceAccount `name`; without an audience it is for the API server. */
async function createToken(name: string, audience?: string, namespace = stage.namespace): Promise<string> {
  const made = audience === undefined ? [] : ['--audience', audience];
  return (await kubectl(['create', 'token', name, ...made, '-n', namespace])).trim();
}

async function ask(path: string, token?: string, init: RequestInit = {}): Promise<{ readonly status: number; readonly text: string }> {
  const headers = { 'switchyard-owner': 'alice@shop.example', ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) };
  const response = await fetch(`http://127.0.0.1:${forward.port}/api/v1/${path}`, { ...init, headers });
  return { status: response.status, text: await response.text() };
}

async function come(key: string, token: string | undefined): Promise<Agent> {
  const spec = { ...plainSpec, service: parseServiceName('orders'), port: 'http', key: parseRoutingKey(key) };
  return openAgent(
    { clock: createSystemClock(), log: silentLog },
    {
      url: new URL(`http://127.0.0.1:${forward.port}`),
      owner: 'alice@shop.example',
      client: 'somewhere',
      token: token === undefined ? undefined : () => Promise.resolve(token),
      keyPair: createAgentKey(),
      intercepts: [{ spec, deliver: { host: '127.0.0.1', port: 9 } }],
      onEvent: () => {},
      signal: AbortSignal.timeout(60_000),
    },
  );
}

test('the manager answers nothing to a caller whom it does not know, and says why', async () => {
  const refusals: readonly (readonly [string, string | undefined, number, string])[] = [
    ['no token', undefined, 401, 'no token'],
    ['a token for the API server', await createToken('ci'), 401, 'audience is not'],
    ['a token of another namespace', await createToken('ci', 'switchyard', elsewhere.name), 403, `namespace ${elsewhere.name}`],
    [
      'a token whose signature was changed',
      `${(await createToken('ci', 'switchyard')).slice(0, -8)}AAAAAAAA`,
      401,
      'not signed by this cluster',
    ],
    ['a token without the right to look', await createToken('guest', 'switchyard'), 403, 'may not list intercepts'],
  ];
  for (const [what, token, status, words] of refusals) {
    const answers = await Promise.all(['intercepts', 'services', 'events'].map((path) => ask(path, token)));
    for (const answer of answers) expect(answer, what).toMatchObject({ status, text: expect.stringContaining(words) });
    evidence(`${what}, refused by the manager`, { status });
  }
  expect(await ask('intercepts', await createToken('ci', 'switchyard'))).toMatchObject({ status: 200 });
});

test('the manager makes an intercept for a ServiceAccount that may have it, and for no other', async () => {
  await expect(come('ci', undefined)).rejects.toMatchObject({ code: 'intercept_not_found' });
  const guest = await createToken('guest', 'switchyard');
  await expect(come('guest', guest)).rejects.toMatchObject({
    code: 'not_allowed',
    message: expect.stringContaining('may not create intercepts'),
  });
  await expect(come('far', await createToken('ci', 'switchyard', elsewhere.name))).rejects.toMatchObject({ code: 'not_allowed' });
  const startMs = performance.now();
  const agent = await come('ci', await createToken('ci', 'switchyard'));
  const ms = Math.round(performance.now() - startMs);
  const user = `system:serviceaccount:${stage.namespace}:ci`;
  const { spec } = await read<Intercept>(['get', 'intercept', 'orders.http.ci', '-n', stage.namespace]);
  expect(spec.owner).toEqual({ user, groups: expect.arrayContaining(['system:serviceaccounts', 'system:authenticated']) });
  expect(await names(stage.namespace, 'intercepts')).toEqual(['orders.http.ci']);
  // Whoever has no right to it does not take it away, and its owner does.
  expect(await ask('intercepts/orders.http.ci', guest, { method: 'DELETE' })).toMatchObject({ status: 403 });
  await agent.goodbye();
  await eventually('the object to go', 10_000, async () => ((await names(stage.namespace, 'intercepts')).length === 0 ? true : undefined));
  evidence('an intercept by a token', { 'ms until it is there': ms });
});

test('a key that was seen in an object is no proof: the manager refuses the session without its other half', async () => {
  const run = await alice.answer('orders', 'alice');
  await expect(come('alice', undefined)).rejects.toMatchObject({ code: 'not_allowed', message: expect.stringContaining('another agent') });
  const other = await createToken('ci', 'switchyard');
  await expect(come('alice', other)).rejects.toMatchObject({ code: 'route_conflict' });
  await run.stop();
});

/** What the API server of the test cluster signs tokens with; another cluster does not tell. */
const signingKey = join(testCluster, 'pki', 'service-accounts.key');

/** A token as the API server would have made it, with other claims. */
async function forge(token: string, change: Readonly<Record<string, unknown>>): Promise<string> {
  const [head = '', body = ''] = token.split('.');
  const claims = { ...(JSON.parse(Buffer.from(body, 'base64url').toString()) as object), ...change };
  const text = `${head}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}`;
  return `${text}.${sign('sha256', Buffer.from(text), await readFile(signingKey)).toString('base64url')}`;
}

test.skipIf(!isTestCluster())(
  'a token that has run out, or is not valid yet, is refused by the manager although the cluster signed it',
  async () => {
    const token = await createToken('ci', 'switchyard');
    const now = Math.floor(Date.now() / 1_000);
    expect(await ask('intercepts', await forge(token, {})), 'the forgery itself').toMatchObject({ status: 200 });
    for (const [what, change] of [
      ['a token that has run out', { iat: now - 7_200, nbf: now - 7_200, exp: now - 3_600 }],
      ['a token of tomorrow', { iat: now + 86_400, nbf: now + 86_400, exp: now + 90_000 }],
    ] as const) {
      const answer = await ask('intercepts', await forge(token, change));
      expect(answer, what).toMatchObject({ status: 401, text: expect.stringContaining('not_signed_in') });
      evidence(`${what}, refused by the manager`, { status: answer.status });
    }
  },
);

/** One stream of the tunnel, spoken by hand. */
async function openStream<Message extends { readonly t: string }>(path: string, parse: (bytes: Buffer) => Message) {
  const messages: Message[] = [];
  const socket = new WebSocket(`ws://127.0.0.1:${forward.port}${path}`, 'switchyard.tunnel.v1');
  socket.on('message', (bytes: Buffer) => messages.push(parse(bytes)));
  socket.on('error', () => {});
  await once(socket, 'open');
  const find = (t: string): Message | undefined => messages.find((message) => message.t === t);
  return {
    send: (bytes: Buffer) => socket.send(bytes),
    until: async <T extends Message['t']>(t: T) =>
      await eventually(`a message ${t}`, 10_000, () => find(t) as Extract<Message, { t: T }> | undefined),
    [Symbol.dispose]: () => socket.terminate(),
  };
}

test('the number of a session opens nothing, and a proof that was seen proves nothing again', async () => {
  const run = await alice.answer('orders', 'alice');
  // Anybody who reads the log, or the audit trail, knows it.
  const log = await kubectl(['logs', '-n', stage.namespace, '-l', 'app.kubernetes.io/component=manager', '--tail=-1']);
  const session = [...log.matchAll(/"session":"([\w-]+)"/g)].at(-1)?.[1] as WelcomeMessage['session'];
  using pipe = await openStream(tunnelDefinition.carry.path, parseManagerFrame);
  pipe.send(encodeAttach({ session, secret: randomBytes(32), windowBytes: 1_000, pipe: 1, progress: undefined }));
  expect((await pipe.until('reset')).error.code).toBe('not_signed_in');

  const key = createAgentKey();
  const hello = {
    t: 'hello',
    instance: '0123456789abcdef',
    owner: 'alice@shop.example',
    client: 'elsewhere',
    versions: { min: 1, max: 2 },
    token: undefined,
    publicKey: Buffer.from(key.publicKey, 'base64'),
    resume: undefined,
  } as const;
  // As proto/SPEC.md has it.
  const prove = (nonce: Uint8Array): Buffer =>
    sign(null, Buffer.concat([Buffer.from('switchyard session v1\n'), nonce, Buffer.from(hello.instance)]), key.privateKey);
  const open = () => openStream(tunnelDefinition.control.path, parseManagerMessage);
  using first = await open();
  using second = await open();
  first.send(encodeAgentMessage(hello));
  second.send(encodeAgentMessage(hello));
  const [{ nonce }] = await Promise.all([first.until('challenge'), second.until('challenge')]);
  const proof = encodeAgentMessage({ t: 'proof', signature: prove(nonce) });
  first.send(proof);
  second.send(proof);
  await first.until('welcome');
  expect((await second.until('closed')).error.code).toBe('not_signed_in');
  // A ticket with the number alone takes nothing over.
  using third = await open();
  third.send(encodeAgentMessage({ ...hello, resume: { session, secret: randomBytes(32) } }));
  const asked = await third.until('challenge');
  third.send(encodeAgentMessage({ t: 'proof', signature: prove(asked.nonce) }));
  expect((await third.until('welcome')).resumed).toBe(false);
  evidence('a stolen session number and a replayed proof, refused by the manager', { code: 'not_signed_in' });
  await run.stop();
});

test('an object that somebody deletes ends its session within two seconds', async () => {
  const run = await alice.answer('orders', 'alice');
  const startMs = performance.now();
  await kubectl(['delete', 'intercept', 'orders.http.alice', '-n', stage.namespace, '--wait=false']);
  await eventually('alice to hear it', 10_000, () => (run.readLog().includes('was removed') ? true : undefined));
  const ms = Math.round(performance.now() - startMs);
  evidence('the object deleted', { 'ms until the owner hears it, kubectl included': ms });
  expect(ms).toBeLessThan(2_000);
});

test('a right that is taken back ends the session within a minute', async () => {
  const run = await alice.answer('orders', 'alice');
  const startMs = performance.now();
  await kubectl(['delete', 'rolebinding', 'alice-shop-example-edit', '-n', stage.namespace]);
  await eventually('alice to hear it', 70_000, () =>
    run.readLog().includes('may not intercept the service orders any more') ? true : undefined,
  );
  const ms = Math.round(performance.now() - startMs);
  await eventually('the object to go', 10_000, async () => ((await names(stage.namespace, 'intercepts')).length === 0 ? true : undefined));
  evidence('the RoleBinding deleted', { 'ms until the owner hears it': ms });
  expect(ms).toBeLessThan(60_000);
});
