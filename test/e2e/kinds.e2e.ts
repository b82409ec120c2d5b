import { afterAll, beforeAll, expect, test } from 'vitest';
import { apply, kubectl, read } from './support/cluster.ts';
import { evidence } from './support/evidence.ts';
import { toServer } from './support/manifests.ts';
import { readyManager } from './support/metrics.ts';
import { get } from './support/objects.ts';
import { must } from '../../tools/process/run.ts';
import { openStage, type Stage } from './support/stage.ts';
import { eventually } from './support/wait.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage('kinds');
});
afterAll(async () => stage[Symbol.asyncDispose]());

const untilTaken = async (service: string, taken: boolean): Promise<void> => {
  await eventually(`${service} to be ${taken ? 'taken over' : 'given back'}`, 60_000, async () => {
    const { selector } = (await get(stage.namespace, 'service', service)).spec;
    return (selector?.['switchyard.dev/router'] === 'true') === taken ? true : undefined;
  });
};

/** Which pods answer ten requests, each on a connection of its own. */
const whoAnswers = async (host: string): Promise<readonly string[]> => {
  const output = await stage.toolbox.script(`
    import { request } from 'node:http';
    const ask = () => new Promise((resolve, reject) => {
      request('http://${host}/', { agent: false }, async (response) => {
        let body = '';
        for await (const chunk of response) body += chunk;
        resolve(JSON.parse(body).pod);
      }).on('error', reject).end();
    });
    const pods = [];
    for (let count = 0; count < 10; count++) pods.push(await ask());
    console.log(JSON.stringify([...new Set(pods)]));`);
  return JSON.parse(output) as readonly string[];
};

test('NodePort and LoadBalancer Services keep their ports: a request from outside with the key reaches the developer', async () => {
  const { namespace } = stage;
  const ports = [{ name: 'http', port: 80, targetPort: 'http' }];
  await apply(
    namespace,
    ['NodePort', 'LoadBalancer'].map((type) => ({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: `open-${type.toLowerCase()}` },
      spec: { type, selector: { app: 'orders' }, ports },
    })),
  );
  const { items } = await read<{ items: readonly { status: { addresses: readonly { type: string; address: string }[] } }[] }>([
    'get',
    'nodes',
  ]);
  const node = items[0]?.status.addresses.find(({ type }) => type === 'InternalIP')?.address ?? '';
  const alice = await stage.developer('alice');
  for (const name of ['open-nodeport', 'open-loadbalancer']) {
    const before = await get(namespace, 'service', name);
    const run = await alice.answer(name, 'alice');
    const { nodePort } = ((await get(namespace, 'service', name)).spec.ports?.[0] ?? {}) as { nodePort?: number };
    const ask = async (header: string): Promise<string> => must('curl', ['-sS', '-H', header, `http://${node}:${nodePort}/`]);
    // The nodes learn of the switch within a second.
    const keyed = await eventually('alice to answer', 5_000, async () => {
      const answer = await ask('x-intercept-id: alice');
      return answer.includes('"version":"alice"') ? answer : undefined;
    });
    const plain = await ask('x-nothing: 1');
    await run.stop();
    await untilTaken(name, false);
    evidence('from outside of the cluster', {
      service: name,
      'node port': nodePort ?? 0,
      'without the key': plain.trim().slice(0, 60),
      'with the key': keyed.trim().slice(0, 60),
    });
    expect(plain).toContain('"version":"baseline"');
    expect((await get(namespace, 'service', name)).spec).toEqual(before.spec);
  }
});

test('clients of a Service with ClientIP affinity keep their pod while it is taken over', async () => {
  const { namespace } = stage;
  const [service, deployment] = toServer('sticky', ['node', '/e2e/whoami.ts']) as [{ spec: object }, { spec: object }];
  const sticky = { ...service, spec: { ...service.spec, sessionAffinity: 'ClientIP' } };
  await apply(namespace, [sticky, { ...deployment, spec: { ...deployment.spec, replicas: 3 } }]);
  await kubectl(['rollout', 'status', '-n', namespace, 'deployment/sticky', '--timeout=60s']);
  const before = await whoAnswers('sticky');
  const bob = await stage.developer('bob');
  const run = await bob.answer('sticky', 'bob');
  const taken = await whoAnswers('sticky');
  const keyed = await stage.toolbox.load({ url: 'http://sticky/', requests: 40, keys: [null, 'bob'], keepAlive: false }).report;
  await run.stop();
  await untilTaken('sticky', false);
  evidence('ClientIP affinity', {
    'pods before': before.length,
    'pods while taken over': taken.length,
    answers: JSON.stringify(keyed.answers),
  });
  expect([before.length, taken.length]).toEqual([1, 1]);
  expect(keyed).toMatchObject({ misrouted: 0, failed: 0 });
});

test('a warm Service is taken over while nobody intercepts it, and an intercept of it is routed at once', async () => {
  const { namespace } = stage;
  await kubectl(['annotate', 'service', 'payments', '-n', namespace, 'switchyard.dev/warm=true']);
  await untilTaken('payments', true);
  const carol = await stage.developer('carol');
  const began = performance.now();
  const run = await carol.answer('payments', 'carol');
  const readyMs = performance.now() - began;
  const report = await stage.toolbox.load({ url: 'http://payments/', requests: 40, keys: [null, 'carol'] }).report;
  await run.stop();
  const still = (await get(namespace, 'service', 'payments')).spec.selector?.['switchyard.dev/router'];
  await kubectl(['annotate', 'service', 'payments', '-n', namespace, 'switchyard.dev/warm-']);
  await untilTaken('payments', false);
  evidence('a warm Service', { 'run to ready (ms)': Math.round(readyMs), answers: JSON.stringify(report.answers) });
  expect(report).toMatchObject({ misrouted: 0, failed: 0 });
  expect(still).toBe('true');
});

test('a manager that can be reached is named by its address', async () => {
  const { namespace } = stage;
  const { status } = await read<{ status: { podIP: string } }>(['get', 'pod', await readyManager(namespace), '-n', namespace]);
  const dave = await stage.developer('dave');
  const run = await dave.answer('orders', 'dave', '--manager', `http://${status.podIP}:7480`);
  const report = await stage.toolbox.load({ url: 'http://orders/', requests: 40, keys: [null, 'dave'] }).report;
  await run.stop();
  evidence('a manager named by its address', { answers: JSON.stringify(report.answers) });
  expect(report).toMatchObject({ misrouted: 0, failed: 0 });
});
