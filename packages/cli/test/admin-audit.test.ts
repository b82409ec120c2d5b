import { routerSelector, type Pod } from '@switchyard/kube';
import { createFakeClock, openFakeKubernetes, until, type FakeKubernetes } from '@switchyard/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Host } from '../src/index.ts';
import { cliLimits } from '../src/limits.ts';
import { runInProcess, type Outcome } from './run-in-process.ts';

let kubernetes: FakeKubernetes;
const clock = createFakeClock();
const nowMs = clock.date().getTime();
beforeEach(async () => {
  kubernetes = await openFakeKubernetes();
});
afterEach(() => kubernetes[Symbol.asyncDispose]());

function audit(argv: readonly string[], host: Partial<Host> = {}): Promise<Outcome> {
  return runInProcess(['admin', 'audit', ...argv], { env: { KUBECONFIG: kubernetes.kubeconfig }, clock, ...host });
}

function addManager(name: string, ...lines: readonly string[]): void {
  const pod: Pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels: { ...routerSelector } },
    spec: {},
    status: { phase: 'Running' },
  };
  kubernetes.put(pod);
  kubernetes.logs.set(name, lines.join(''));
}

const toTime = (minutesAgo: number): string => new Date(nowMs - minutesAgo * 60_000).toISOString();

/** A line of a log, as the API server shows it with times. */
function toLine(minutesAgo: number, id: string, changes: object = {}): string {
  const time = toTime(minutesAgo);
  const record = {
    audit: true,
    schema: 'switchyard.dev/audit/v1',
    time,
    id,
    action: 'intercept_created',
    outcome: 'allowed',
    user: 'alice',
    proven: true,
  };
  return `${time} ${JSON.stringify({ ...record, service: 'orders', key: 'alice', ...changes })}\n`;
}

const toNoise = (minutesAgo: number): string => `${toTime(minutesAgo)} {"level":"info","event":"ready"}\n`;
const toIds = ({ stdout }: Outcome): readonly string[] => (JSON.parse(stdout) as { records: { id: string }[] }).records.map(({ id }) => id);

test('records of all managers, and of containers before, come once each in the order of time', async () => {
  addManager('manager-1', toNoise(200), toLine(50, 'b'), 'cut off', toNoise(40), toLine(10, 'd'));
  kubernetes.logs.set('manager-1/previous', toLine(180, 'too old') + toLine(55, 'a'));
  addManager('manager-2', toNoise(190), toLine(30, 'c'), toLine(10, 'd'));
  const outcome = await audit(['-o', 'json']);
  expect([outcome.code, outcome.stderr, toIds(outcome)]).toEqual([0, '', ['a', 'b', 'c', 'd']]);
});

test.for<[readonly string[], readonly string[]]>([
  [['--user', 'bob'], ['bobs']],
  [['--service', 'payments'], ['payments']],
  [['--action', 'session_refused'], ['refused']],
  [
    ['--since', '1d'],
    ['old', 'bobs', 'payments', 'refused'],
  ],
])('%j chooses', async ([argv, ids]) => {
  const others = [
    toLine(3, 'bobs', { user: 'bob' }),
    toLine(2, 'payments', { service: 'payments' }),
    toLine(1, 'refused', { action: 'session_refused' }),
  ];
  addManager('manager-1', toNoise(9_999), toLine(600, 'old'), ...others);
  expect(toIds(await audit([...argv, '-o', 'json']))).toEqual(ids);
});

test('a person sees a table, who did not prove their name, and since when the logs are whole', async () => {
  addManager('manager-1', toLine(5, 'a', { user: 'mallory', proven: false, key: 'bad\u001b[2Jkey' }));
  const { stdout, stderr } = await audit([]);
  expect(stdout).toContain('mallory (not proven)');
  expect(stdout).not.toContain('\u001b[2J');
  expect(stderr).toContain(`begin 5m ago, at ${toTime(5)}: what happened before went with older pods.`);
});

test('no manager, and a missing right, are each one sentence', async () => {
  expect(await audit([])).toMatchObject({ code: 1, stderr: expect.stringContaining('has no Switchyard manager') });
  addManager('manager-1', toNoise(90));
  kubernetes.refuse = ({ path }) =>
    path.endsWith('/log')
      ? {
          status: 403,
          message: 'pods "manager-1" is forbidden: User "eve" cannot get resource "pods/log" in API group "" in the namespace "dev"',
        }
      : undefined;
  for (const argv of [[], ['-f']]) {
    expect(await audit(argv)).toMatchObject({
      code: 4,
      stderr: expect.stringContaining('You (eve) may not get pods/log in the namespace dev'),
    });
  }
});

test('an unknown action and an endless document are each one sentence', async () => {
  expect(await audit(['--action', 'nonsense'])).toMatchObject({ code: 2, stderr: expect.stringContaining('"nonsense" is no action') });
  expect(await audit(['-f', '-o', 'json'])).toMatchObject({ code: 2, stdout: expect.stringContaining('Use -o ndjson') });
});

test('who follows sees each record once, of managers that come later too [cli.auditLookMs]', async () => {
  addManager('manager-1', toLine(5, 'a'));
  const stop = new AbortController();
  const seen: string[] = [];
  const stdout = { write: (text: string) => (seen.push((JSON.parse(text) as { id: string }).id), true) };
  const running = audit(['-f', '-o', 'ndjson'], { signal: stop.signal, stdout });
  await until(() => seen.length === 1);
  addManager('manager-1', toLine(5, 'a'), toLine(4, 'b'));
  addManager('manager-2', toLine(3, 'c'));
  await until(() => {
    clock.advance(cliLimits.auditLookMs.value);
    return seen.length === 3;
  });
  expect(seen.toSorted()).toEqual(['a', 'b', 'c']);
  stop.abort();
  expect(await running).toMatchObject({ code: 0 });
});

test('only so many lines are asked for, and a log may be silent for so long [cli.auditLines] [cli.auditSilentMs]', async () => {
  addManager('manager-1', toNoise(90));
  await audit([]);
  const [asked] = kubernetes.requests.filter(({ path }) => path.endsWith('/log'));
  expect([asked?.query.get('tailLines'), asked?.query.get('container'), asked?.query.get('timestamps')]).toEqual([
    '20000',
    'manager',
    'true',
  ]);
});
