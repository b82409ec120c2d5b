import { drainAnnotation, leases, managerName, readDrain, type Lease } from '@switchyard/kube';
import { createFakeClock, openFakeKubernetes, type FakeKubernetes } from '@switchyard/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runInProcess, type Outcome } from './run-in-process.ts';
import { foreignIntercept } from './test-cluster.ts';

const clock = createFakeClock();
const lease: Lease = {
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  metadata: { name: managerName, annotations: { other: 'stays' } },
  spec: {},
};

let kubernetes: FakeKubernetes;
beforeEach(async () => {
  kubernetes = await openFakeKubernetes({ user: { username: 'ops@corp.example' } });
  kubernetes.put(lease);
  const accepted = {
    type: 'Accepted',
    status: 'True',
    reason: 'Accepted',
    message: '',
    lastTransitionTime: '2030-01-01T00:00:00Z',
  } as const;
  kubernetes.put({ ...foreignIntercept('orders.http.bob', 'bob@corp.example', true), status: { conditions: [accepted] } });
  // This one is not, and does not end.
  kubernetes.put(foreignIntercept('orders.http.carol', 'carol@corp.example', true));
});
afterEach(() => kubernetes[Symbol.asyncDispose]());

function drain(...argv: readonly string[]): Promise<Outcome> {
  return runInProcess(['admin', 'drain', ...argv], { env: { KUBECONFIG: kubernetes.kubeconfig }, clock });
}

function annotations(): Readonly<Record<string, string>> {
  return kubernetes.get(leases, managerName)?.metadata.annotations ?? {};
}

test('the Lease says who drains, why and when; undo takes it back [cli.drainGraceMs]', async () => {
  const outcome = await drain('--reason', 'upgrade', '--yes', '-o', 'json');
  expect(outcome.code).toBe(0);
  const atMs = clock.date().getTime() + 300_000;
  expect(JSON.parse(outcome.stdout)).toMatchObject({
    drained: true,
    at: new Date(atMs).toISOString(),
    intercepts: [{ id: 'orders.http.bob' }],
  });
  expect(readDrain(annotations())).toEqual({ by: 'ops@corp.example', reason: 'upgrade', atMs });
  expect(await drain('--undo')).toMatchObject({
    code: 0,
    stdout: 'shop can be intercepted again, as soon as its managers have noticed (seconds)\n',
  });
  expect(annotations()).toEqual({ other: 'stays' });
  expect(await drain('--undo')).toMatchObject({ code: 0, stdout: 'shop is not drained\n' });
});

test('a dry run changes nothing', async () => {
  const outcome = await drain('--grace', '1m', '--dry-run');
  expect(outcome).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/nothing was changed; shop would accept no new intercepts; to end at \d\d:\d\d:\d\d: 1 intercept; /),
  });
  expect(annotations()).not.toHaveProperty([drainAnnotation]);
});

test.for<readonly [string, readonly string[], number, string]>([
  ['nobody can be asked', [], 2, 'This ends 1 intercept of shop in 5m, and nobody at a terminal can be asked.'],
  ['an end has a reason', ['--undo', '--reason', 'x'], 2, 'has no grace and no reason'],
  ['a time is none', ['--grace', 'soon', '--yes'], 2, '"soon" is not a duration'],
])('where %s, it is refused and nothing changes', async ([, argv, code, words]) => {
  expect(await drain(...argv)).toMatchObject({ code, stderr: expect.stringContaining(words) });
  expect(annotations()).not.toHaveProperty([drainAnnotation]);
});

test('a namespace without a manager is named, and so is a right that is missing', async () => {
  kubernetes.remove(kubernetes.get(leases, managerName) ?? lease);
  expect(await drain('--yes')).toMatchObject({ code: 1, stderr: expect.stringContaining('shop has no Switchyard manager') });
});
