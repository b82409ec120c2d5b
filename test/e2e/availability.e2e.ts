import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { apply, isTestCluster, kubectl } from './support/cluster.ts';
import { add, startLoad, toFacts, type LoadSummary } from './support/constant-load.ts';
import { evidence } from './support/evidence.ts';
import { loadNextVersion } from './support/images.ts';
import { evict, killProcess, listPods, readLeader, untilReady } from './support/managers.ts';
import { toServer } from './support/manifests.ts';
import { conditionOf, get } from './support/objects.ts';
import { openStage, type Stage } from './support/stage.ts';
import { eventually } from './support/wait.ts';

/** How many managers an installation has. */
const replicas = 2;

let stage: Stage;
let uid = '';

beforeAll(async () => {
  stage = await openStage('available');
  const { namespace } = stage;
  await untilReady(namespace, replicas);
  await (await stage.developer('alice')).answer('orders', 'alice');
  ({ uid } = (await get(namespace, 'intercept', 'orders.http.alice')).metadata);
});
afterAll(async () => stage[Symbol.asyncDispose]());

/** Runs `deed` under constant load, and a little longer; answers what callers saw. */
async function during(what: string, deed: () => Promise<Readonly<Record<string, string | number>>>): Promise<LoadSummary> {
  const load = await startLoad(stage.toolbox, 'orders', 'alice');
  await sleep(1_000);
  const facts = await deed();
  await sleep(3_000);
  const summary = await load.stop();
  evidence(what, { ...facts, ...toFacts(summary) });
  await untilSessionReady();
  return summary;
}

/** The developer's own intercept, not another one of its name, has its session. */
async function untilSessionReady(): Promise<void> {
  await eventually('the session to be ready', 60_000, async () => {
    const intercept = await get(stage.namespace, 'intercept', 'orders.http.alice');
    expect(intercept.metadata.uid).toBe(uid);
    return conditionOf(intercept, 'SessionReady')?.status === 'True' ? true : undefined;
  });
}

/** Waits until pods that were told to go are gone: they serve what they have for as long as their grace. */
async function untilGone(...pods: readonly string[]): Promise<void> {
  for (const pod of pods) await kubectl(['wait', '-n', stage.namespace, '--for=delete', `pod/${pod}`, '--timeout=120s']);
}

const nothingLost = (summary: LoadSummary): void => {
  expect([...summary.plain.failures, ...summary.keyed.failures]).toEqual([]);
};

test('a rolling update of the baseline', async () => {
  const summary = await during('a rolling update of the baseline', async () => {
    await kubectl(['rollout', 'restart', 'deployment/orders', '-n', stage.namespace]);
    await kubectl(['rollout', 'status', 'deployment/orders', '-n', stage.namespace, '--timeout=90s']);
    return {};
  });
  nothingLost(summary);
});

test.runIf(isTestCluster())('an upgrade of the managers: the same session keeps its intercept', async () => {
  const { namespace } = stage;
  const next = await loadNextVersion();
  const before = await listPods(namespace);
  const summary = await during('an upgrade of the managers', async () => {
    await kubectl(['set', 'image', 'deployment/switchyard-manager', '-n', namespace, `manager=${next.image}`]);
    await kubectl(['rollout', 'status', 'deployment/switchyard-manager', '-n', namespace, '--timeout=120s']);
    await untilGone(...before.map(({ name }) => name));
    const [pod] = await untilReady(namespace, replicas, { when: (pods) => pods.every(({ image }) => image === next.image) });
    const version = await kubectl(['exec', '-n', namespace, pod?.name ?? '', '--', 'node', '/app/switchyard-manager.js', '--version']);
    expect(version).toContain(next.version);
    return { version: version.trim() };
  });
  nothingLost(summary);
});

test('the leader’s pod is deleted', async () => {
  const { namespace } = stage;
  const leader = await readLeader(namespace);
  const summary = await during('the leader’s pod is deleted', async () => {
    const began = performance.now();
    await kubectl(['delete', 'pod', leader, '-n', namespace, '--wait=false']);
    await eventually('another one to lead', 60_000, async () => {
      const holder = await readLeader(namespace);
      return holder !== '' && holder !== leader ? holder : undefined;
    });
    const ledMs = Math.round(performance.now() - began);
    await untilGone(leader);
    return { 'another one leads after (ms)': ledMs };
  });
  nothingLost(summary);
  await untilReady(namespace, replicas);
});

test('all managers are evicted, one after the other, as by drains of their nodes', async () => {
  const { namespace } = stage;
  const pods = await untilReady(namespace, replicas);
  const summary = await during('all managers are evicted', async () => {
    let refusals = 0;
    for (const { name } of pods) refusals += await evict(namespace, name);
    await untilReady(namespace, replicas, { when: (now) => now.every((each) => pods.every((old) => old.uid !== each.uid)) });
    await untilGone(...pods.map(({ name }) => name));
    return { 'evictions that the budget put off': refusals };
  });
  nothingLost(summary);
});

// Whose processes are on this machine can be killed from here.
test.runIf(isTestCluster())('kill -9 of a manager costs callers what kill -9 of any pod of a Service costs them', async () => {
  const { namespace, toolbox } = stage;
  const control = toServer('control', ['node', '/e2e/whoami.ts']);
  await apply(namespace, control);
  await kubectl(['scale', 'deployment/control', '-n', namespace, '--replicas=2']);
  const plainPods = await untilReady(namespace, 2, { label: 'app=control' });
  const managers = await untilReady(namespace, replicas);
  const plan = { url: 'http://control/', requests: 1, goesOn: true, callers: 2, pauseMs: 20 };
  const controls = [true, false].map((keepAlive) => toolbox.load({ ...plan, keepAlive }));
  await Promise.all(controls.map(({ begun }) => begun));
  const summary = await during('kill -9 of a manager', async () => {
    const [victim, plain] = [managers[0], plainPods[0]];
    if (victim === undefined || plain === undefined) throw new Error('There is nobody to kill.');
    killProcess(victim);
    killProcess(plain);
    await untilReady(namespace, replicas, { when: (pods) => pods.some(({ restarts }) => restarts > 0) });
    return {};
  });
  for (const each of controls) each.stop();
  const plain = add(await Promise.all(controls.map(({ report }) => report)));
  evidence('kill -9 of a manager, and of a pod of a plain Service', {
    'failed at the manager': JSON.stringify(summary.plain.failedBy),
    'longest silence at the manager (ms)': summary.plain.silenceMs,
    'failed at the plain Service': JSON.stringify(plain.failedBy),
    'longest silence at the plain Service (ms)': plain.silenceMs,
    'keyed failures': JSON.stringify(summary.keyed.failedBy),
  });
  expect(plain.failed, 'the control measured nothing').toBeGreaterThan(0);
  expect(summary.plain.misrouted + summary.keyed.misrouted).toBe(0);
  // Connections of the killed one break, and new ones are refused until the nodes know: no more of them than of any other pod.
  expect(summary.plain.failed).toBeLessThanOrEqual(3 * plain.failed + 20);
  expect(summary.plain.silenceMs).toBeLessThan(5_000);
});

test.runIf(isTestCluster())('kill -9 of all managers: the Service answers again when the kubelet has started them', async () => {
  const { namespace } = stage;
  const managers = await untilReady(namespace, replicas);
  const summary = await during('kill -9 of all managers at once', async () => {
    for (const manager of managers) killProcess(manager);
    await untilReady(namespace, replicas, { when: (pods) => pods.every(({ restarts }) => restarts > 0) });
    return {};
  });
  evidence('kill -9 of all managers at once', {
    'without any answer (ms)': summary.plain.silenceMs,
    'without any keyed answer (ms)': summary.keyed.silenceMs,
    failed: JSON.stringify(summary.plain.failedBy),
  });
  expect(summary.plain.misrouted).toBe(0);
  // A process that was killed before waits for ten seconds until the kubelet starts it again.
  expect(summary.plain.silenceMs).toBeLessThan(30_000);
});
