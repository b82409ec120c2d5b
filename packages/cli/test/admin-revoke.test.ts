import { intercepts, readRevocation, revokedAnnotation } from '@switchyard/kube';
import { createFakeClock, openFakeKubernetes, until, type FakeKubernetes } from '@switchyard/testkit';
import { setImmediate } from 'node:timers/promises';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runInProcess, type Outcome } from './run-in-process.ts';
import { foreignIntercept } from './test-cluster.ts';
import type { Host } from '../src/index.ts';

let kubernetes: FakeKubernetes;
beforeEach(async () => {
  kubernetes = await openFakeKubernetes({ user: { username: 'ops@corp.example' } });
  kubernetes.put(foreignIntercept('orders.http.bob', 'bob@corp.example', true));
  kubernetes.put(foreignIntercept('orders.http.carol', 'carol@corp.example', true));
  kubernetes.put(foreignIntercept('payments.http.bob', 'bob@corp.example', true));
});
afterEach(() => kubernetes[Symbol.asyncDispose]());

function revoke(argv: readonly string[], host: Partial<Host> = {}): Promise<Outcome> {
  return runInProcess(['admin', 'revoke', ...argv], { env: { KUBECONFIG: kubernetes.kubeconfig }, ...host });
}

function names(): readonly string[] {
  return kubernetes.list(intercepts).map(({ metadata }) => metadata.name);
}

/** A manager that ends what is marked. */
async function endMarked(seen: string[], count: number): Promise<void> {
  await until(() => {
    for (const object of kubernetes.list(intercepts)) {
      const revocation = readRevocation(object);
      if (revocation === undefined) continue;
      seen.push(`${object.metadata.name} by ${revocation.by}: ${revocation.reason}`);
      kubernetes.remove(object);
    }
    return seen.length >= count;
  });
}

test('what a user has is marked with who ends it and why, and the manager ends it', async () => {
  const seen: string[] = [];
  const [outcome] = await Promise.all([
    revoke(['--user', 'bob@corp.example', '--reason', 'load test', '--yes', '-o', 'json']),
    endMarked(seen, 2),
  ]);
  expect(outcome.code).toBe(0);
  expect(JSON.parse(outcome.stdout)).toMatchObject({ dryRun: false, revoked: [{ id: 'orders.http.bob' }, { id: 'payments.http.bob' }] });
  expect(seen.toSorted()).toEqual(['orders.http.bob by ops@corp.example: load test', 'payments.http.bob by ops@corp.example: load test']);
  expect(names()).toEqual(['orders.http.carol']);
});

test('what no manager ends is removed after a while [cli.revokeMs] [cli.revokeLookMs]', async () => {
  const clock = createFakeClock();
  const running = revoke(['orders.http.bob', '--yes'], { clock });
  let outcome: Outcome | undefined;
  void running.then((done) => (outcome = done));
  await until(() => kubernetes.get(intercepts, 'orders.http.bob')?.metadata.annotations?.[revokedAnnotation] !== undefined);
  const startMs = clock.now();
  while (outcome === undefined) {
    if (clock.now() - startMs < 4_900) expect(names()).toContain('orders.http.bob');
    clock.advance(50);
    await setImmediate();
  }
  expect(outcome).toMatchObject({ code: 0, stdout: expect.stringContaining('these have ended') });
  expect(names()).not.toContain('orders.http.bob');
});

test('a dry run changes nothing, and asks the API server whether it would be allowed', async () => {
  const before = kubernetes.list(intercepts);
  const outcome = await revoke(['--all', '--dry-run']);
  expect(outcome).toMatchObject({ code: 0, stdout: expect.stringContaining('nothing was changed; these would end') });
  expect(outcome.stdout.match(/^\S+\.http\.\S+/gm)).toEqual(['orders.http.bob', 'orders.http.carol', 'payments.http.bob']);
  expect(kubernetes.list(intercepts)).toEqual(before);
});

test.for<readonly [string, readonly string[], number, string]>([
  ['nothing says which', ['--yes'], 2, 'Nothing says which intercepts are meant.'],
  ['two things say which', ['orders.http.bob', '--all', '--yes'], 2, 'said in two ways'],
  ['one is not there', ['orders.http.bob', 'orders.http.dave', '--yes'], 3, 'no intercept orders.http.dave.'],
  ['nobody can be asked', ['--service', 'orders'], 2, 'This ends 2 intercepts: orders.http.bob, orders.http.carol, and nobody'],
])('where %s, it is refused and nothing ends', async ([, argv, code, words]) => {
  const outcome = await revoke(argv);
  expect(outcome).toMatchObject({ code, stderr: expect.stringContaining(words) });
  expect(names()).toHaveLength(3);
});

test('a person who says no changes nothing', async () => {
  const stdin = Object.assign(new PassThrough(), { isTTY: true });
  let asked = '';
  const stderr = { isTTY: true, write: (text: string) => (asked += text) };
  const running = revoke(['orders.http.bob'], { stdin, stderr });
  await until(() => asked.includes('1-2:'));
  stdin.write('1\n');
  expect((await running).code).toBe(1);
  expect(asked).toContain('nothing was changed');
  expect(names()).toHaveLength(3);
});

test('nothing to revoke is fine', async () => {
  expect(await revoke(['--user', 'nobody', '--yes'])).toMatchObject({ code: 0, stdout: 'no such intercept is there\n' });
});

test('of very many, some are changed at a time [cli.adminWrites]', async () => {
  for (let index = 0; index < 40; index++) kubernetes.put(foreignIntercept(`web.http.k${index}`, 'eve', true));
  const seen: string[] = [];
  const [outcome] = await Promise.all([revoke(['--user', 'eve', '--yes']), endMarked(seen, 40)]);
  expect(outcome.code).toBe(0);
  expect(names()).toHaveLength(3);
});
