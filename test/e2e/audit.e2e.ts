import { afterAll, beforeAll, expect, test } from 'vitest';
import { kubectl, read } from './support/cluster.ts';
import type { Developer } from './support/developer.ts';
import { evidence } from './support/evidence.ts';
import { intercept } from './support/install.ts';
import { managerLabel } from './support/managers.ts';
import type { Person } from './support/people.ts';
import { openStage, type Stage } from './support/stage.ts';
import { eventually } from './support/wait.ts';

let stage: Stage;
let alice: Developer & Person;
let bob: Developer & Person;

beforeAll(async () => {
  stage = await openStage('audit');
  [alice, bob] = [await stage.developer('alice'), await stage.developer('bob')];
});
afterAll(async () => stage[Symbol.asyncDispose]());

interface AuditRecord {
  readonly id: string;
  readonly action: string;
  readonly user: string;
  readonly proven: boolean;
  readonly service?: string;
  readonly key?: string;
  readonly reason?: string;
  readonly usage?: { readonly requests: number; readonly bytesIn: number; readonly bytesOut: number };
}

interface KubeEvent {
  readonly reason: string;
  readonly note: string;
  readonly regarding: { readonly kind: string; readonly name: string };
}

const secrets = ['planted-token', 'planted-cookie', 'planted-query', 'planted-body'];
/** Ten requests of a caller with secrets everywhere. */
const calls = `
for (let call = 0; call < 10; call++) {
  const response = await fetch('http://orders/version?q=planted-query', {
    method: 'POST', body: 'planted-body',
    headers: { 'x-intercept-id': 'alice', authorization: 'Bearer planted-token', cookie: 'a=planted-cookie' },
  });
  await response.text();
}`;

const readRecords = async (): Promise<readonly AuditRecord[]> =>
  (JSON.parse(await intercept('admin', 'audit', '-n', stage.namespace, '-o', 'json')) as { records: AuditRecord[] }).records;
const readEvents = async (): Promise<readonly KubeEvent[]> =>
  (await read<{ items: KubeEvent[] }>(['get', 'events.events.k8s.io', '-n', stage.namespace])).items;

test('each thing that happens is one record with who did it, and nothing of what passed', async () => {
  const running = await alice.answer('orders', 'alice');
  await stage.toolbox.script(calls);
  // `intercept` would see for itself that the key is taken.
  const taken = {
    apiVersion: 'switchyard.dev/v1alpha1',
    kind: 'Intercept',
    metadata: { name: 'web.http.alice' },
    spec: { service: 'web', port: 'http', key: 'alice', owner: { user: bob.user } },
  };
  await kubectl(['create', '-n', stage.namespace, '-f', '-'], { kubeconfig: bob.kubeconfig, input: JSON.stringify(taken) });
  await eventually('the refusal', 20_000, async () => (await readRecords()).find(({ action }) => action === 'intercept_refused'));
  await running.stop();

  const ended = await eventually('the end of the intercept', 30_000, async () =>
    (await readRecords()).find(({ action, user }) => action === 'intercept_ended' && user === alice.user),
  );
  expect(ended).toMatchObject({ service: 'orders', key: 'alice', reason: 'removed', proven: true });
  // The leader records what passed with the end, and another manager what passed through it.
  const requests = async (): Promise<number> =>
    (await readRecords()).filter(({ key }) => key === 'alice').reduce((sum, { usage }) => sum + (usage?.requests ?? 0), 0);
  await eventually('every request to be counted', 60_000, async () => ((await requests()) >= 10 ? true : undefined));
  expect(await requests()).toBe(10);
  const records = await readRecords();
  const count = (user: string, action: string): number => records.filter((each) => each.user === user && each.action === action).length;
  const actions = ['session_opened', 'intercept_created', 'session_closed', 'intercept_ended', 'intercept_refused'];
  evidence(
    'audit records',
    Object.fromEntries(actions.map((action) => [action, `${count(alice.user, action)} ${count(bob.user, action)}`])),
  );
  expect(actions.map((action) => count(alice.user, action))).toEqual([1, 1, 1, 1, 0]);
  expect(count(bob.user, 'intercept_refused')).toBe(1);
  expect(records.find(({ user, action }) => user === bob.user && action === 'intercept_refused')?.reason).toBe('KeyTaken');
  await eventually('the Event of the refusal', 30_000, async () =>
    (await readEvents()).find(({ reason, regarding }) => reason === 'Refused' && regarding.name === 'web.http.alice'),
  );
  expect(new Set(records.map(({ id }) => id)).size).toBe(records.length);

  const log = await kubectl(['logs', '-n', stage.namespace, '-l', managerLabel, '--tail=-1']);
  const lines = log.split('\n').filter((line) => line.startsWith('{"audit":true,'));
  const ids = lines.map((line) => (JSON.parse(line) as AuditRecord).id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids).toEqual(expect.arrayContaining(records.map(({ id }) => id)));
  for (const secret of secrets) expect(log).not.toContain(secret);
});

test('who revokes is named, and people read in the Events of objects what became of them', async () => {
  await bob.answer('orders', 'bob');
  await intercept('admin', 'revoke', 'orders.http.bob', '-n', stage.namespace, '--reason', 'maintenance', '--yes');
  await eventually('the record of it', 30_000, async () => (await readRecords()).find(({ action }) => action === 'intercept_revoked'));
  const ended = await eventually('the end', 30_000, async () =>
    (await readRecords()).find(({ action, key }) => action === 'intercept_ended' && key === 'bob'),
  );
  expect(ended).toMatchObject({ reason: 'revoked', user: bob.user });
  const reasons = await eventually('the Events', 30_000, async () => {
    const events = await readEvents();
    const known = new Set(events.map(({ reason, regarding }) => `${regarding.kind} ${reason}`));
    return known.has('Intercept Revoked') && known.has('Service GivenBack') ? known : undefined;
  });
  expect([...reasons]).toEqual(
    expect.arrayContaining([
      'Intercept Accepted',
      'Intercept SessionReady',
      'Intercept Ended',
      'Intercept Revoked',
      'Service TakenOver',
      'Service GivenBack',
    ]),
  );
});
