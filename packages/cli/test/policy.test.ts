import { interceptPolicies, approvedAnnotation, type InterceptPolicy } from '@switchyard/kube';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openFreePort } from './programs.ts';
import { runInProcess, type Outcome } from './run-in-process.ts';
import { accepted, foreignIntercept, openTestCluster, type TestCluster, type Verdict } from './test-cluster.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 });

let stack: AsyncDisposableStack;
let cwd: string;

beforeEach(async () => {
  stack = new AsyncDisposableStack();
  cwd = await mkdtemp(join(tmpdir(), 'switchyard-policy-'));
  stack.defer(() => rm(cwd, { recursive: true }));
});
afterEach(() => stack.disposeAsync());

const policy = (name: string, spec: Partial<InterceptPolicy['spec']> = {}): InterceptPolicy => ({
  apiVersion: 'switchyard.dev/v1alpha1',
  kind: 'InterceptPolicy',
  metadata: { name },
  spec: { subjects: [{ kind: 'Group', name: 'team-blue' }], services: ['orders'], ...spec },
});

async function write(name: string, ...documents: readonly object[]): Promise<string> {
  await writeFile(join(cwd, name), documents.map((document) => JSON.stringify(document)).join('\n---\n'));
  return name;
}

const ask = async (...argv: readonly string[]): Promise<Outcome> => runInProcess(['policy', 'test', ...argv], { cwd });

test('a file answers without a cluster: 0 for allowed, 4 for denied, with policy, rule and remedy', async () => {
  const file = await write('p.yaml', policy('team-blue', { lifetime: { maxSeconds: 3600 } }));
  const bob = ['--user', 'bob', '--group', 'team-blue', '--service', 'orders'];
  expect(await ask(file, ...bob)).toMatchObject({ code: 0, stdout: 'allowed: by the policy "team-blue"\n' });
  expect(await ask(file, ...bob, '--lifetime', '8h')).toMatchObject({ code: 4, stdout: expect.stringContaining('at most 1h') });
  const { code, stdout } = await ask(file, ...bob, '--no-key', '--header', 'x-team=blue', '-o', 'json');
  expect([code, JSON.parse(stdout)]).toMatchObject([
    4,
    { answers: [{ outcome: 'denied', policy: 'team-blue', rule: 'matchKinds', hint: expect.stringContaining('Use a key') }] },
  ]);
  expect(await ask(file, ...bob, '--replace')).toMatchObject({ code: 4, stdout: expect.stringContaining('all requests of orders') });
});

test('the moment can be another one, and an approval be as if given', async () => {
  const schedule = { timeZone: 'Europe/Zurich', from: '08:00', to: '18:00' };
  const file = await write('p.yaml', policy('day', { schedule, approval: 'Required' }));
  const bob = [file, '--user', 'bob', '--group', 'team-blue', '--service', 'orders'];
  expect((await ask(...bob, '--at', '2030-01-07T22:00:00Z')).stdout).toContain('08:00 to 18:00');
  expect((await ask(...bob, '--at', '2030-01-07T12:00:00Z')).stdout).toContain('pending: ');
  expect((await ask(...bob, '--at', '2030-01-07T12:00:00Z', '--approved')).code).toBe(0);
});

test('a file of questions is a test of policies', async () => {
  const file = await write('p.yaml', policy('two', { interceptsPerUser: 2 }));
  const base = { user: 'bob', groups: ['team-blue'], service: 'orders' };
  const right = [
    { ...base, name: 'a key' },
    { ...base, name: 'a third', before: { user: 2, service: 2 }, expect: 'denied' },
    { ...base, name: 'no key', keyless: true, match: [{ path: '/x' }], expect: 'denied' },
  ];
  const questions = async (list: readonly object[]): Promise<Outcome> => {
    await write('q.yaml', { apiVersion: 'switchyard.dev/v1', kind: 'PolicyQuestions', questions: list });
    return ask(file, '--questions', 'q.yaml', '-o', 'plain');
  };
  expect(await questions(right)).toMatchObject({ code: 0, stdout: expect.stringContaining('ok\ta third\tdenied\ttwo\tinterceptsPerUser') });
  expect(await questions([...right, { ...base, name: 'wrong', keyless: true, match: [{ path: '/x' }] }])).toMatchObject({
    code: 4,
    stdout: expect.stringContaining('NOT AS EXPECTED\twrong'),
  });
  expect(await questions([{ ...base, servise: 'x' }])).toMatchObject({ code: 2, stderr: expect.stringContaining('unknown key "servise"') });
});

test.for<[string, readonly string[], string]>([
  ['no policies', ['--user', 'bob', '--service', 'orders'], 'Nothing says which policies are asked.'],
  ['nobody', ['p.yaml', '--service', 'orders'], 'Nothing says who asks.'],
  ['no service', ['p.yaml', '--user', 'bob'], 'Nothing says for which service.'],
  [
    'two questions',
    ['p.yaml', '--questions', 'q.yaml', '--user', 'bob'],
    'The questions stand in a file, and one on the command line as well.',
  ],
  ['no moment', ['p.yaml', '--at', 'noon'], '"noon" is no moment.'],
  ['a file that is not there', ['other.yaml', '--user', 'bob', '--service', 'orders'], 'There is no file'],
  ['one policy in two files', ['p.yaml', 'p.yaml', '--user', 'bob', '--service', 'orders'], 'and so has another one of the files'],
])('bad input: %s', async ([, argv, message]) => {
  await write('p.yaml', policy('p'));
  expect(await ask(...argv)).toMatchObject({ code: 2, stderr: expect.stringContaining(message) });
});

const project = (restriction: object): object => ({ apiVersion: 'switchyard.dev/v1', kind: 'Intercepts', policy: restriction });

test.for<[string, object, readonly string[], string]>([
  ['another service', { services: ['payments'] }, [], 'allows no intercepts of orders, only of payments.'],
  ['too long a lifetime', { lifetime: { maxSeconds: 60 } }, ['--lifetime', '2m'], 'to live for at most 1m, and this one asks for 2m.'],
  ['no key', { matchKinds: ['Key'] }, ['--no-key', '--header', 'x-a=b'], 'allows intercepts of orders only with a key.'],
])('a project narrows: %s', async ([, restriction, flags, message]) => {
  const cluster = stack.use(await openTestCluster());
  cluster.kubernetes.put(policy('all', { subjects: [{ kind: 'Group', name: 'system:authenticated' }], matchKinds: ['Key', 'Header'] }));
  await write('intercept.yaml', project(restriction));
  const run = await cluster.run(['run', 'orders', ...flags, '--', 'true'], { cwd });
  expect(run).toMatchObject({ code: 4, stderr: expect.stringContaining(message) });
});

test('a project widens nothing: what policies do not allow is refused all the same', async () => {
  const cluster = stack.use(await openTestCluster());
  cluster.kubernetes.put(policy('strict', { subjects: [{ kind: 'Group', name: 'system:authenticated' }], lifetime: { maxSeconds: 60 } }));
  await write(
    'intercept.yaml',
    project({ services: ['*'], modes: ['Intercept', 'Replace'], matchKinds: ['Key', 'Header'], lifetime: { maxSeconds: 3600 } }),
  );
  const keyless = await cluster.run(['run', 'orders', '--no-key', '--header', 'x-a=b', '--', 'true'], { cwd });
  expect(keyless).toMatchObject({
    code: 4,
    stderr: expect.stringContaining('The policy "strict" allows intercepts of orders only with a key.'),
  });
  const long = await cluster.run(['run', 'orders', '--lifetime', '1h', '--', 'true'], { cwd });
  expect(long).toMatchObject({
    code: 4,
    stderr: expect.stringContaining('The policy "strict" allows intercepts of orders to live for at most 1m'),
  });
});

test('a lifetime that a project bounds is asked for where nobody says one', async () => {
  const cluster = stack.use(await openTestCluster());
  const app = stack.use(await openFreePort('mine'));
  await write('intercept.yaml', project({ lifetime: { maxSeconds: 600 } }));
  await using run = cluster.start(['run', 'orders', '--port', String(app.port), '--file', join(cwd, 'intercept.yaml')]);
  await run.says('ready:');
  expect(cluster.object('orders.http.alice')?.spec.lifetimeSeconds).toBe(600);
});

test('the policies of a namespace are listed with what is wrong with them, and answer about oneself', async () => {
  const cluster: TestCluster = stack.use(await openTestCluster());
  const everybody = [{ kind: 'Group' as const, name: 'system:authenticated' }];
  cluster.kubernetes.put(policy('sound', { subjects: everybody, lifetime: { maxSeconds: 60 } }));
  cluster.kubernetes.put(policy('broken', { subjects: everybody, conditions: [{ expression: 'nope' }] }));
  const { stdout } = await cluster.run(['policy', 'list', '-o', 'plain']);
  expect(stdout.split('\n')).toEqual([
    expect.stringMatching(/^broken\tgroup:system:authenticated\torders\tNOTHING: .*Unknown variable: nope/),
    'sound\tgroup:system:authenticated\torders\tIntercept, by Key, to Tunnel+Pod, for 1m',
    '',
  ]);
  expect(await cluster.run(['policy', 'test', '-n', 'shop', '--service', 'orders', '--lifetime', '2m'])).toMatchObject({
    code: 4,
    stdout: expect.stringContaining('The policy "sound"'),
  });
  cluster.kubernetes.refuse = ({ path }) => (path.includes(interceptPolicies.plural) ? 403 : undefined);
  expect(await cluster.run(['policy', 'list'])).toMatchObject({ code: 4, stderr: expect.stringContaining('may not read the policies') });
});

test('of a Service that is not there nothing is pretended', async () => {
  const cluster = stack.use(await openTestCluster());
  expect(await cluster.run(['policy', 'test', '-n', 'shop', '--service', 'order'])).toEqual({
    code: 3,
    stdout: '',
    stderr: 'error: There is no service "order" in the namespace shop.\n  Did you mean "orders"? There are: orders, shop, voice.\n',
  });
  const file = await write('p.yaml', policy('p', { services: ['orders', 'web-*'] }));
  const bob = ['--user', 'bob', '--group', 'team-blue', '--service'];
  expect(await ask(file, ...bob, 'order')).toMatchObject({
    code: 0,
    stdout: 'allowed: no policy selects this user for this service\n',
    stderr:
      'warning: no policy is about the service "order" (they are about orders, web-*), so that this is what holds without any; did you mean "orders"?\n',
  });
  expect(await ask(file, ...bob, 'web-shop')).toMatchObject({ code: 0, stderr: '' });
});

test('too many are refused before anything starts', async () => {
  const cluster = stack.use(await openTestCluster());
  cluster.kubernetes.put(policy('one', { subjects: [{ kind: 'Group', name: 'system:authenticated' }], interceptsPerService: 1 }));
  cluster.kubernetes.put(foreignIntercept('orders.http.bob', 'bob', false));
  const run = await cluster.run(['run', 'orders', '--', 'true']);
  expect(run).toMatchObject({ code: 1, stderr: expect.stringContaining('The policy "one" allows orders at most 1 intercept') });
});

test('approving writes the own name, and needs an intercept', async () => {
  const cluster = stack.use(await openTestCluster());
  cluster.kubernetes.put(foreignIntercept('orders.http.bob', 'bob', false));
  const approved = await cluster.run(['admin', 'approve', 'orders.http.bob']);
  expect(approved).toMatchObject({ code: 0, stdout: 'approved: orders.http.bob: requests with the key bob for orders/http go to bob\n' });
  expect(cluster.object('orders.http.bob')?.metadata.annotations?.[approvedAnnotation]).toBe('alice@corp.example');
  expect(await cluster.run(['admin', 'approve', 'orders.http.eve'])).toMatchObject({
    code: 3,
    stderr: expect.stringContaining('has no intercept'),
  });
});

test('a renewal for longer than a policy allows is refused, and ends nothing', async () => {
  const cluster = stack.use(await openTestCluster());
  cluster.kubernetes.put(policy('short', { subjects: [{ kind: 'Group', name: 'system:authenticated' }], lifetime: { maxSeconds: 60 } }));
  cluster.kubernetes.put(foreignIntercept('orders.http.alice', 'alice@corp.example', false));
  const renewed = await cluster.run(['renew', 'orders', '--lifetime', '1h']);
  expect(renewed).toMatchObject({
    code: 4,
    stderr: expect.stringContaining('The policy "short" allows intercepts of orders to live for at most 1m'),
  });
  expect(cluster.object('orders.http.alice')?.spec.lifetimeSeconds).toBeUndefined();
});

const pending: Verdict = [
  [
    'Accepted',
    'False',
    'ApprovalPending',
    'The policy "p" wants an approval. Somebody approves it: `intercept admin approve orders.http.alice`.',
  ],
];

test('who waits for an approval reads that, and who gives it; there is nothing to renew meanwhile', async () => {
  const cluster = stack.use(await openTestCluster());
  const app = stack.use(await openFreePort('mine'));
  cluster.verdict = pending;
  await using run = cluster.start(['run', 'orders', '--port', String(app.port)]);
  await run.says('waiting for an approval of orders: The policy "p" wants an approval. Somebody approves it: `intercept admin approve');
  expect(run.stderr).not.toContain('taking over');
  const before = cluster.object('orders.http.alice')?.spec;
  expect(await cluster.run(['renew', 'orders', '--lifetime', '1h'])).toEqual({
    code: 4,
    stdout: '',
    stderr: `error: The intercept orders.http.alice waits for an approval, and lives from then on: there is nothing to renew yet.
  Somebody who may do so approves it: intercept admin approve orders.http.alice. To ask for another lifetime, run it again with --lifetime.
`,
  });
  expect(cluster.object('orders.http.alice')?.spec).toEqual(before);
  cluster.verdict = accepted;
  await run.says('ready:');
});
