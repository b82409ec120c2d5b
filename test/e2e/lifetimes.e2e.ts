import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { OwnedProcess } from '../../tools/process/process-owner.ts';
import { kubectl, read } from './support/cluster.ts';
import type { Developer } from './support/developer.ts';
import { evidence } from './support/evidence.ts';
import { get, names, type AnyObject } from './support/objects.ts';
import type { Person } from './support/people.ts';
import { openStage, type Stage } from './support/stage.ts';
import { eventually } from './support/wait.ts';

let stage: Stage;
let alice: Developer & Person;
let ops: Developer & Person;
let guest: Developer & Person;

beforeAll(async () => {
  stage = await openStage('lifetimes', { limits: { idleLifetime: '20s', expiryWarning: '15s' } });
  [alice, ops] = [await stage.developer('alice'), await stage.developer('ops', 'admin')];
  guest = await stage.developer('guest', 'view');
});
afterAll(async () => stage[Symbol.asyncDispose]());
// A test that fails leaves nothing that the next one would fail of.
afterEach(async () => {
  await kubectl(['annotate', 'services', '--all', '-n', stage.namespace, 'switchyard.dev/protected-']);
  await kubectl(['annotate', 'lease', 'switchyard-manager', '-n', stage.namespace, 'switchyard.dev/drain-']);
  await kubectl(['delete', 'intercepts', '--all', '-n', stage.namespace]);
  await eventually('orders to be given back', 60_000, async () =>
    (await names(stage.namespace, 'routedservices')).length === 0 ? true : undefined,
  );
});

/** Everything that these commands could change, but for what changes by itself. */
async function snapshot(): Promise<unknown> {
  const kinds = 'intercepts.switchyard.dev,routedservices.switchyard.dev,services,leases.coordination.k8s.io';
  const { items } = await read<{ items: readonly AnyObject[] }>(['get', kinds, '-n', stage.namespace]);
  return items.map(({ metadata: { name, uid, annotations }, spec }) => ({ name, uid, annotations, spec: { ...spec, renewTime: '' } }));
}

/** Runs until it says `words`, and to its end; answers how long the words and the end took, and the exit code. */
async function untilEnded(
  run: OwnedProcess,
  words: string,
  sinceMs: number,
): Promise<{ readonly ms: number; readonly code: number | null }> {
  await eventually(`alice to hear "${words}"`, 60_000, () => (run.readLog().includes(words) ? true : undefined));
  const ms = Math.round(performance.now() - sinceMs);
  return { ms, code: await eventually('the command to end', 30_000, () => run.exitCode) };
}

test('who may revoke ends the intercept of another; its owner hears who and why within two seconds, and the command exits with 3', async () => {
  const run = await alice.answer('orders', 'alice');
  const before = await snapshot();
  const rehearsed = await ops.intercept('admin', 'revoke', '--user', alice.user, '-n', stage.namespace, '--dry-run');
  expect(rehearsed.stdout).toContain('nothing was changed; these would end');
  expect(await snapshot()).toEqual(before);
  const refused = await alice.intercept('admin', 'revoke', '--all', '--yes', '-n', stage.namespace);
  expect(refused).toMatchObject({ exitCode: 4, stderr: expect.stringContaining('may not revoke intercepts of others') });
  const sinceMs = performance.now();
  const [revoked, heard] = await Promise.all([
    ops.intercept('admin', 'revoke', 'orders.http.alice', '--reason', 'load test', '--yes', '-n', stage.namespace),
    untilEnded(run, 'load test', sinceMs),
  ]);
  const log = run.readLog();
  evidence('revoke', { 'ms from the start of the command until the owner hears it': heard.ms, 'exit code of run': heard.code ?? -1 });
  expect(revoked.exitCode).toBe(0);
  expect(log).toContain(`The intercept orders.http.alice was ended by ${ops.user}: load test.`);
  expect(heard.code).toBe(3);
  expect(await names(stage.namespace, 'intercepts')).toEqual([]);
});

test('the mark alone ends it, within two seconds', async () => {
  const run = await alice.answer('orders', 'alice');
  const sinceMs = performance.now();
  await kubectl(['annotate', 'intercept', 'orders.http.alice', '-n', stage.namespace, 'switchyard.dev/revoked={"by":"ops"}'], {
    kubeconfig: ops.kubeconfig,
  });
  const { ms, code } = await untilEnded(run, 'was ended by ops.', sinceMs);
  evidence('revoke by the mark', { 'ms until the owner hears it': ms, 'exit code of run': code ?? -1 });
  expect(ms).toBeLessThan(2_000);
});

test('one that nobody uses ends, after a warning; requests put that off', async () => {
  const run = await alice.answer('orders', 'alice');
  const sinceMs = performance.now();
  const ask = `const r = await fetch('http://orders/orders/1', { headers: { 'x-intercept-id': 'alice' } }); console.log(r.status);`;
  for (let count = 0; count < 6; count++) {
    await stage.toolbox.script(`${ask} await new Promise((r) => setTimeout(r, 4_000));`);
    run.assertRunning();
  }
  const busyMs = Math.round(performance.now() - sinceMs);
  expect(busyMs).toBeGreaterThan(20_000);
  const lastMs = performance.now();
  const { ms, code } = await untilEnded(run, 'no request came for it in 20s', lastMs);
  evidence('idle', { 'ms in use': busyMs, 'ms from the last use until its end': ms, 'exit code of run': code ?? -1 });
  expect(run.readLog()).toMatch(/ends in \d+s/);
  expect(code).toBe(3);
});

test('a Service that becomes protected is given back, and so is all of a namespace; status says so', async () => {
  for (const [what, service] of [
    ['it is protected', 'orders'],
    ['its whole namespace is protected', 'switchyard-manager'],
  ] as const) {
    const run = await alice.answer('orders', 'alice');
    const sinceMs = performance.now();
    await kubectl(['annotate', 'service', service, '-n', stage.namespace, 'switchyard.dev/protected=true']);
    const { ms, code } = await untilEnded(run, what, sinceMs);
    await eventually('orders to lead to its pods', 30_000, async () =>
      (await get(stage.namespace, 'service', 'orders')).spec.selector?.['app'] === 'orders' ? true : undefined,
    );
    const refused = await alice.intercept('run', 'orders', '--key', 'alice', '--port', '1', '-n', stage.namespace, '--', 'true');
    const status = await alice.intercept('status', '-n', stage.namespace);
    evidence(what, { 'ms until the owner hears it': ms, 'exit code of run': code ?? -1, 'then refused with': refused.exitCode ?? -1 });
    expect(refused.stderr).toContain(what);
    expect(status.stdout).toContain(what);
    await kubectl(['annotate', 'service', service, '-n', stage.namespace, 'switchyard.dev/protected-']);
  }
});

test('a drain refuses new intercepts, warns those that are, ends them at its time, and can be undone', async () => {
  const run = await alice.answer('orders', 'alice');
  const before = await snapshot();
  const rehearsed = await ops.intercept('admin', 'drain', '--dry-run', '-n', stage.namespace);
  expect(rehearsed).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(
      /^nothing was changed; .* would accept no new intercepts; to end at .*: 1 intercept; to be given back then: 1 service$/m,
    ),
  });
  expect(await snapshot()).toEqual(before);
  // Kubernetes lets `edit` write Leases.
  const denied = await guest.intercept('admin', 'drain', '--yes', '-n', stage.namespace);
  expect(denied).toMatchObject({ exitCode: 4, stderr: expect.stringContaining('leases.coordination.k8s.io') });
  const sinceMs = performance.now();
  const drained = await ops.intercept('admin', 'drain', '--grace', '10s', '--reason', 'upgrade', '--yes', '-n', stage.namespace);
  expect(drained.exitCode).toBe(0);
  await eventually('alice to be warned', 20_000, () => (/ends in \d+s/.test(run.readLog()) ? true : undefined));
  const server = 'require("http").createServer().listen(process.env.PORT)';
  const refused = await alice.intercept('run', 'payments', '--key', 'alice', '-n', stage.namespace, '--', 'node', '-e', server);
  expect(refused.stderr).toContain(`takes no new intercepts, since it is drained by ${ops.user}: upgrade`);
  const { ms, code } = await untilEnded(run, 'was ended, since the namespace is drained by', sinceMs);
  await eventually('orders to be given back', 60_000, async () =>
    (await names(stage.namespace, 'routedservices')).length === 0 ? true : undefined,
  );
  evidence('drain', { 'ms until the owner hears of the end': ms, 'exit code of run': code ?? -1 });
  expect((await ops.intercept('admin', 'drain', '--undo', '-n', stage.namespace)).stdout).toContain('can be intercepted again');
  await eventually('the manager to accept again', 20_000, async () => {
    const again = await alice.answer('orders', 'alice').catch(() => undefined);
    return again;
  });
  const readDrains = async (): Promise<readonly Readonly<Record<string, unknown>>[]> => {
    const { stdout } = await ops.intercept('admin', 'audit', '-n', stage.namespace, '-o', 'json');
    const { records } = JSON.parse(stdout) as { readonly records: readonly Readonly<Record<string, unknown>>[] };
    return records.filter(({ action }) => String(action).startsWith('drain_'));
  };
  await eventually('both records', 20_000, async () => ((await readDrains()).length === 2 ? true : undefined));
  expect(await readDrains()).toMatchObject([
    { action: 'drain_started', user: ops.user, proven: false, message: expect.stringContaining('upgrade') as string },
    { action: 'drain_undone', outcome: 'ended' },
  ]);
});
