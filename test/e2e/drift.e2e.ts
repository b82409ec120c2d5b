import { afterAll, beforeAll, expect, test } from 'vitest';
import { kubectl } from './support/cluster.ts';
import { evidence } from './support/evidence.ts';
import { conditionOf, get } from './support/objects.ts';
import { openStage, type Stage } from './support/stage.ts';
import { eventually } from './support/wait.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage('drift');
});
afterAll(async () => stage[Symbol.asyncDispose]());

const isTaken = async (): Promise<true | undefined> =>
  (await get(stage.namespace, 'service', 'orders')).spec.selector?.['switchyard.dev/router'] === 'true' ? true : undefined;

/** What a condition of alice's intercept comes to. */
const untilCondition = async (type: string, status: string, timeoutMs: number) =>
  eventually(`${type} ${status}`, timeoutMs, async () => {
    const condition = conditionOf(await get(stage.namespace, 'intercept', 'orders.http.alice'), type);
    return condition?.status === status ? condition : undefined;
  });

test('a service that somebody gives its own selector or another one is retaken, and its baseline follows', async () => {
  const { namespace, toolbox } = stage;
  const alice = await stage.developer('alice');
  const run = await alice.answer('orders', 'alice');
  const asks = { url: 'http://orders/', requests: 20, keys: [null, 'alice'], keepAlive: false } as const;

  const patch = (selector: object): Promise<string> =>
    kubectl([
      'patch',
      'service',
      'orders',
      '-n',
      namespace,
      '--type=json',
      '-p',
      JSON.stringify([{ op: 'replace', path: '/spec/selector', value: selector }]),
    ]);
  await patch({ app: 'orders' });
  const drifted = await untilCondition('Routed', 'False', 10_000);
  const began = performance.now();
  const status = await alice.intercept('status', 'orders');
  await eventually('the service to be retaken', 60_000, isTaken);
  const retakenMs = performance.now() - began;
  await untilCondition('Routed', 'True', 10_000);
  const afterFirst = await toolbox.load(asks).report;

  // The service now means other pods: payments, which asks nobody, answers in the place of orders.
  await patch({ app: 'payments' });
  await untilCondition('Routed', 'False', 10_000);
  await eventually('the service to be retaken again', 60_000, isTaken);
  await untilCondition('Routed', 'True', 10_000);
  const other = await toolbox.script(`console.log(await (await fetch('http://orders/')).text())`);
  await run.stop();
  await eventually('the service to be given back', 90_000, async () => ((await isTaken()) === true ? undefined : true));
  const restored = await get(namespace, 'service', 'orders');
  evidence('drift', {
    condition: drifted.message,
    'retaken after (ms)': Math.round(retakenMs),
    'asked with and without the key afterwards': JSON.stringify(afterFirst.answers),
    'baseline with the new selector': other.trim().slice(0, 40),
    'selector after the end': JSON.stringify(restored.spec.selector),
  });
  expect(drifted.reason).toBe('Drifted');
  expect(status.stdout).toMatch(/drift/i);
  expect(run.readLog()).toMatch(/drift|no longer/i);
  expect(afterFirst).toMatchObject({ misrouted: 0, failed: 0 });
  expect(other).toContain('"service":"payments"');
  expect(restored.spec.selector).toEqual({ app: 'payments' });
});

test('a port that is added, and one that is led elsewhere, are adopted at once', async () => {
  const { namespace, toolbox } = stage;
  await kubectl(['patch', 'service', 'orders', '-n', namespace, '-p', JSON.stringify({ spec: { selector: { app: 'orders' } } })]);
  const alice = await stage.developer('alice-two');
  const run = await alice.answer('orders', 'alice');
  const service = await get(namespace, 'service', 'orders');
  const change = JSON.stringify([
    { op: 'add', path: '/spec/ports/-', value: { name: 'second', port: 81, targetPort: 'http' } },
    { op: 'replace', path: '/spec/ports/0/targetPort', value: 8080 },
  ]);
  await kubectl(['patch', 'service', 'orders', '-n', namespace, '--type=json', '-p', change]);
  const began = performance.now();
  await eventually('both ports to lead to the routers', 30_000, async () => {
    const { spec } = await get(namespace, 'service', 'orders');
    return spec.ports?.length === 2 && spec.ports.every(({ targetPort }) => typeof targetPort === 'number' && targetPort >= 10_000)
      ? true
      : undefined;
  });
  const adoptedMs = performance.now() - began;
  const first = await toolbox.load({ url: 'http://orders/', requests: 20, keys: [null, 'alice'], keepAlive: false }).report;
  const second = await toolbox.load({ url: 'http://orders:81/', requests: 20, keepAlive: false }).report;
  await run.stop();
  const restored = await eventually('the ports to be given back', 90_000, async () => {
    const { spec } = await get(namespace, 'service', 'orders');
    return spec.ports?.some(({ targetPort }) => typeof targetPort === 'number' && targetPort >= 10_000) ? undefined : spec.ports;
  });
  evidence('ports that change under a takeover', {
    before: JSON.stringify(service.spec.ports?.map(({ targetPort }) => targetPort)),
    'adopted after (ms)': Math.round(adoptedMs),
    'after the end': JSON.stringify(restored.map(({ port, targetPort }) => `${port}->${targetPort}`)),
  });
  expect([first, second]).toMatchObject([
    { misrouted: 0, failed: 0 },
    { misrouted: 0, failed: 0 },
  ]);
  expect(restored.map(({ port, targetPort }) => [port, targetPort])).toEqual([
    [80, 8080],
    [81, 'http'],
  ]);
});
