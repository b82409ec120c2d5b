import { afterAll, beforeAll, expect, test } from 'vitest';
import { kubectl } from './support/cluster.ts';
import { evidence } from './support/evidence.ts';
import { get, names } from './support/objects.ts';
import { openStage, type Stage } from './support/stage.ts';
import { eventually } from './support/wait.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage('switching', { clients: 3 });
});
afterAll(async () => stage[Symbol.asyncDispose]());

/** Asks with a key that nobody has, each time on a new connection, until the answer says that a router saw it; prints when that was. */
const untilRouted = `
import { request } from 'node:http';
const ask = () => new Promise((resolve) => {
  const outgoing = request('http://orders/', { agent: false, headers: { 'x-intercept-id': 'nobody' } }, (response) => {
    response.resume().on('end', () => resolve(response.headers['x-intercept-status'] === 'no-route'));
  });
  outgoing.on('error', () => resolve(false)).end();
});
for (let tries = 0; tries < 20000 && !(await ask()); tries++) await new Promise((resolve) => setTimeout(resolve, 2));
console.log(Date.now());
`;

test('a service is taken and given back under load from several pods: no request fails', async () => {
  const { namespace, toolbox } = stage;
  const before = await get(namespace, 'service', 'orders');
  const alice = await stage.developer('alice');
  const plan = { url: 'http://orders/', requests: 7_000, goesOn: true, callers: 6, pauseMs: 35 };
  const loads = [
    toolbox.load({ ...plan, keepAlive: true }, 0),
    toolbox.load({ ...plan, keepAlive: false }, 1),
    toolbox.load({ ...plan, keepAlive: true, url: 'http://web/', path: ['orders', 'version'] }, 2),
  ];
  const firstRouted = toolbox.script(untilRouted);
  const began = performance.now();
  const switched = eventually('the Service to select the routers', 60_000, async () =>
    (await kubectl(['get', 'service', 'orders', '-n', namespace, '-o', 'jsonpath={.spec.selector}'])).includes('switchyard.dev/router')
      ? Date.now()
      : undefined,
  );
  const run = await alice.answer('orders', 'alice');
  const readyMs = performance.now() - began;
  const switchedAt = await switched;
  const routedAt = Number((await firstRouted).trim());
  await run.stop();
  await eventually('the Service to be given back', 60_000, async () =>
    (await get(namespace, 'service', 'orders')).spec.selector?.['app'] === 'orders' ? true : undefined,
  );
  await eventually('the shadow to be gone', 120_000, async () => ((await names(namespace, 'services')).length === 4 ? true : undefined));
  for (const load of loads) load.stop();
  const reports = await Promise.all(loads.map(({ report }) => report));
  const sum = (pick: 'requests' | 'failed' | 'misrouted' | 'connections'): number => reports.reduce((total, each) => total + each[pick], 0);
  evidence('takeover and restore under load', {
    requests: sum('requests'),
    connections: sum('connections'),
    failed: sum('failed'),
    misrouted: sum('misrouted'),
    'run to ready (ms)': Math.round(readyMs),
    'from the switch of the Service to the first connection through the router (ms)': routedAt - switchedAt,
  });
  expect(reports.flatMap(({ failures }) => failures)).toEqual([]);
  expect(sum('requests')).toBeGreaterThan(20_000);
  expect(routedAt - switchedAt).toBeLessThan(1_000);
  const after = await get(namespace, 'service', 'orders');
  expect(after.spec).toEqual(before.spec);
  expect(after.metadata.annotations).toEqual(before.metadata.annotations);
  expect(after.metadata.managedFields).toEqual(before.metadata.managedFields);
});
