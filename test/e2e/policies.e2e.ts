import { afterAll, beforeAll, expect, test } from 'vitest';
import { apply, kubectl, tryKubectl } from './support/cluster.ts';
import type { Developer } from './support/developer.ts';
import { evidence } from './support/evidence.ts';
import { conditionOf, get, names, type Condition } from './support/objects.ts';
import type { Person } from './support/people.ts';
import { openStage, type Stage } from './support/stage.ts';
import { eventually } from './support/wait.ts';
import type { Outcome } from '../../tools/process/run.ts';

let stage: Stage;
let alice: Developer & Person;
let boss: Developer & Person;

beforeAll(async () => {
  stage = await openStage('policies');
  [alice, boss] = [await stage.developer('alice'), await stage.developer('boss', 'admin')];
});
afterAll(async () => stage[Symbol.asyncDispose]());

/** A policy for alice on `orders` alone; it goes with the dispose. */
async function grant(spec: object): Promise<AsyncDisposable> {
  const policy = {
    apiVersion: 'switchyard.dev/v1alpha1',
    kind: 'InterceptPolicy',
    metadata: { name: 'for-alice' },
    spec: { subjects: [{ kind: 'User', name: alice.user }], services: ['orders'], ...spec },
  };
  await apply(stage.namespace, [policy]);
  return { [Symbol.asyncDispose]: async () => void (await kubectl(['delete', 'icptpol', 'for-alice', '-n', stage.namespace])) };
}

/** An object that alice writes by hand, past the command line. */
async function create(name: string, spec: object, ...args: string[]): Promise<Outcome> {
  const [service = '', port = ''] = name.split('.');
  const object = {
    apiVersion: 'switchyard.dev/v1alpha1',
    kind: 'Intercept',
    metadata: { name },
    spec: { service, port, owner: { user: alice.user }, ...spec },
  };
  return tryKubectl(['create', '-n', stage.namespace, '-f', '-', ...args], { kubeconfig: alice.kubeconfig, input: JSON.stringify(object) });
}

/** What the manager says of the object, once it does; then the object goes. */
async function judged(name: string, reason: string): Promise<Condition> {
  const accepted = await eventually(`${name} to be ${reason}`, 20_000, async () => {
    const condition = conditionOf(await get(stage.namespace, 'intercept', name), 'Accepted');
    return condition?.reason === reason ? condition : undefined;
  });
  await kubectl(['delete', 'intercept', name, '-n', stage.namespace]);
  return accepted;
}

/** Runs `intercept run orders ARGS`, which is to be refused before the command starts; answers what it says. */
async function refusedRun(...args: readonly string[]): Promise<Outcome> {
  const run = await alice.intercept('run', 'orders', ...args, '--', 'touch', '/tmp/never');
  expect(run.stderr).not.toContain('started');
  expect(await names(stage.namespace, 'intercepts')).toEqual([]);
  return run;
}

const byHeader = ['--no-key', '--header', 'x-team=blue'];
/** The name that an object without a key has by its match: the manager says it of one with another name. */
const keylessName = async (match: object): Promise<string> => {
  await create('orders.http.match.0000000000000000', { match: [match] });
  const accepted = await judged('orders.http.match.0000000000000000', 'MatchInvalid');
  return `orders.http.match.${/[0-9a-f]{16}(?=\.$)/.exec(accepted.message)?.[0] ?? ''}`;
};

test.for<[string, readonly string[], object]>([
  ['an intercept without a key', byHeader, { allOf: [{ header: { name: 'x-team', exact: 'blue' } }] }],
  ['an intercept of all requests', ['--replace'], { allOf: [{ path: { prefix: '/' } }] }],
])('%s needs a policy: the command line and the manager refuse it with the same words', async ([what, flags, match]) => {
  const run = await refusedRun(...flags);
  const name = await keylessName(match);
  expect(await create(name, { match: [match] })).toMatchObject({ exitCode: 0 });
  const accepted = await judged(name, 'PolicyDenied');
  evidence(`${what} without a policy`, { 'exit code of run': run.exitCode ?? -1, run: run.stderr.trim(), condition: accepted.message });
  expect(run.exitCode).toBe(4);
  expect(accepted.message).toContain(`No policy of this namespace allows ${what} of orders`);
  expect(run.stderr).toContain(accepted.message.split('. ')[0]);
  expect(await names(stage.namespace, 'routedservices')).toEqual([]);
});

test('a policy grants one without a key; when it goes, the intercept ends and its owner hears why', async () => {
  const policy = await grant({ matchKinds: ['Key', 'Header'] });
  const running = alice.start(
    'run',
    'orders',
    ...byHeader,
    '--',
    'node',
    '-e',
    'require("http").createServer((_, r) => r.end("mine")).listen(process.env.PORT)',
  );
  await eventually('it to be ready', 60_000, () => (running.readLog().includes('ready:') ? true : undefined));
  const ask = async (): Promise<string> =>
    stage.toolbox.script(
      `const r = await fetch('http://orders/orders/1', { headers: { 'x-team': 'blue' } }); console.log(await r.text());`,
    );
  expect(await ask()).toContain('mine');
  const since = performance.now();
  await policy[Symbol.asyncDispose]();
  await eventually('it to end', 20_000, () => (running.readLog().includes('No policy of this namespace allows') ? true : undefined));
  const ms = Math.round(performance.now() - since);
  evidence('a policy that goes', { 'ms until its owner hears it': ms, log: running.readLog().split('\n').slice(-6).join(' | ') });
  await eventually('it to be gone', 20_000, async () => ((await names(stage.namespace, 'intercepts')).length === 0 ? true : undefined));
  expect(await ask()).not.toContain('mine');
});

test.for<[string, object, string, object, readonly string[], string]>([
  [
    'too long a lifetime',
    { lifetime: { maxSeconds: 600 } },
    'orders.http.long',
    { key: 'long', lifetimeSeconds: 7200 },
    ['--key', 'long', '--lifetime', '2h'],
    'to live for at most 10m, and this one asks for 2h',
  ],
  [
    'a condition',
    { conditions: [{ expression: "intercept.key.startsWith('pr-')" }] },
    'orders.http.alice',
    { key: 'alice' },
    ['--key', 'alice'],
    "only where intercept.key.startsWith('pr-')",
  ],
  [
    'outside of the schedule',
    { schedule: { timeZone: 'UTC', days: [otherDay()], from: '12:00', to: '12:01' } },
    'orders.http.late',
    { key: 'late' },
    ['--key', 'late'],
    '12:00 to 12:01 (UTC)',
  ],
  [
    'a policy that makes no sense',
    { conditions: [{ expression: 'intercept.nope' }] },
    'orders.http.alice',
    { key: 'alice' },
    ['--key', 'alice'],
    'makes no sense, so that it grants nothing',
  ],
])('refused: %s', async ([what, spec, name, object, flags, words]) => {
  await using _policy = await grant(spec);
  const run = await refusedRun(...flags);
  expect(await create(name, object)).toMatchObject({ exitCode: 0 });
  const accepted = await judged(name, 'PolicyDenied');
  const asked = await alice.intercept('policy', 'test', '-n', stage.namespace, '--service', 'orders', ...flags);
  evidence(`refused: ${what}`, { 'exit code of run': run.exitCode ?? -1, condition: accepted.message, 'policy test': asked.stdout.trim() });
  expect([run.exitCode, asked.exitCode]).toEqual([4, 4]);
  for (const said of [run.stderr, accepted.message, asked.stdout]) expect(said).toContain(words);
});

test('a user has as many as a policy says: the oldest', async () => {
  await using _policy = await grant({ interceptsPerUser: 1 });
  expect(await create('orders.http.first', { key: 'first' })).toMatchObject({ exitCode: 0 });
  await eventually('the first to be accepted', 20_000, async () =>
    conditionOf(await get(stage.namespace, 'intercept', 'orders.http.first'), 'Accepted')?.status === 'True' ? true : undefined,
  );
  const run = await alice.intercept('run', 'orders', '--key', 'second', '--', 'true');
  expect(await create('orders.http.second', { key: 'second' })).toMatchObject({ exitCode: 0 });
  const second = await judged('orders.http.second', 'QuotaReached');
  evidence('too many', { 'exit code of run': run.exitCode ?? -1, condition: second.message });
  expect(run.stderr).toContain('at most 1 intercept, and there is as many already');
  expect(second.message).toContain('at most 1 intercept, and there is as many already');
  await kubectl(['delete', 'intercept', 'orders.http.first', '-n', stage.namespace]);
});

test('an approval: waited for, given by somebody else, and nothing changes afterwards', async () => {
  await using _policy = await grant({ approval: 'Required' });
  const running = alice.start(
    'run',
    'orders',
    '--key',
    'alice',
    '--timeout',
    '2m',
    '--',
    'node',
    '-e',
    'require("http").createServer((_, r) => r.end("mine")).listen(process.env.PORT)',
  );
  const id = 'orders.http.alice';
  const pending = await eventually('it to wait', 40_000, async () => {
    if (!(await names(stage.namespace, 'intercepts')).includes(id)) return undefined;
    const condition = conditionOf(await get(stage.namespace, 'intercept', id), 'Accepted');
    return condition?.reason === 'ApprovalPending' ? condition : undefined;
  });
  expect(pending.message).toContain(`intercept admin approve ${id}`);
  const own = await alice.intercept('admin', 'approve', id);
  expect([own.exitCode, own.stderr]).toEqual([4, expect.stringContaining('nobody approves an intercept of their own')]);
  const approved = await boss.intercept('admin', 'approve', id);
  expect(approved).toMatchObject({ exitCode: 0, stdout: expect.stringContaining(`approved: ${id}`) as string });
  await eventually('it to be ready', 60_000, () => (running.readLog().includes('ready:') ? true : undefined));
  const widened = await tryKubectl(['patch', 'intercept', id, '-n', stage.namespace, '--type=merge', '-p', '{"spec":{"lane":"Direct"}}'], {
    kubeconfig: alice.kubeconfig,
  });
  evidence('an approval', {
    pending: pending.message,
    'alice herself': own.stderr.trim(),
    approved: approved.stdout.trim(),
    widened: widened.stderr,
  });
  expect(widened.stderr).toContain('what an approved intercept takes, and for how long, cannot change');
  await running.stop();
});

test('what stands in a status routes nothing: a forged "Accepted" is put right', async () => {
  await eventually('everything to be given back', 60_000, async () =>
    (await names(stage.namespace, 'routedservices')).length === 0 ? true : undefined,
  );
  const match = { allOf: [{ header: { name: 'x-team', exact: 'blue' } }] };
  const name = await keylessName(match);
  expect(await create(name, { match: [match] })).toMatchObject({ exitCode: 0 });
  const forged = {
    status: {
      conditions: [{ type: 'Accepted', status: 'True', reason: 'Accepted', message: 'forged', lastTransitionTime: '2030-01-01T00:00:00Z' }],
    },
  };
  const patch = ['patch', 'intercept', name, '-n', stage.namespace, '--subresource=status', '--type=merge', '-p', JSON.stringify(forged)];
  const own = await tryKubectl(patch, { kubeconfig: alice.kubeconfig });
  await kubectl(patch);
  await eventually('it to be gone', 20_000, async () => ((await names(stage.namespace, 'intercepts')).length === 0 ? true : undefined));
  evidence('a forged status', { 'alice herself': own.stderr.trim() });
  expect(own.exitCode).toBe(1);
  expect(await names(stage.namespace, 'routedservices')).toEqual([]);
});

test('nobody slips past a policy by leaving out a group that it names', async () => {
  await using _policy = await grant({ subjects: [{ kind: 'Group', name: 'contractors' }], modes: [] });
  const object = (groups: readonly string[]): string =>
    JSON.stringify({
      apiVersion: 'switchyard.dev/v1alpha1',
      kind: 'Intercept',
      metadata: { name: 'orders.http.carl' },
      spec: { service: 'orders', port: 'http', key: 'carl', owner: { user: alice.user, groups } },
    });
  const as = ['--as', alice.user, '--as-group', 'contractors', '--as-group', 'system:authenticated'];
  const made = async (groups: readonly string[]): Promise<Outcome> =>
    tryKubectl(['create', '-n', stage.namespace, '-f', '-', ...as], { input: object(groups) });
  const without = await eventually('the API server to know the policy', 20_000, async () => {
    const tried = await tryKubectl(['create', '-n', stage.namespace, '-f', '-', '--dry-run=server', ...as], { input: object([]) });
    return tried.exitCode === 0 ? undefined : tried;
  });
  expect(without.stderr).toContain('spec.owner.groups must have every group of yours that the policy for-alice names');
  expect(await made(['contractors'])).toMatchObject({ exitCode: 0 });
  const accepted = await judged('orders.http.carl', 'PolicyDenied');
  evidence('a group that is left out', { without: without.stderr.trim(), with: accepted.message });
});

/** A day of the week that it is nowhere on earth. */
function otherDay(): string {
  return ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'][(new Date().getUTCDay() + 3) % 7] ?? '';
}
