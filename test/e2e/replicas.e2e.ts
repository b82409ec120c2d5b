import { afterAll, beforeAll, expect, test } from 'vitest';
import { kubectl, read } from './support/cluster.ts';
import { readCpuMs } from './support/cpu-time.ts';
import { evidence } from './support/evidence.ts';
import { readMetricsOf, total } from './support/metrics.ts';
import { get } from './support/objects.ts';
import { openStage, type Stage } from './support/stage.ts';
import { eventually } from './support/wait.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage('replicas');
  const alice = await stage.developer('alice');
  await alice.answer('orders', 'alice');
});
afterAll(async () => stage[Symbol.asyncDispose]());

interface Manager {
  readonly name: string;
  readonly address: string;
}

/** The managers that are ready and stay. */
async function managers(): Promise<readonly Manager[]> {
  interface Pod {
    readonly metadata: { readonly name: string; readonly deletionTimestamp?: string };
    readonly status: { readonly podIP?: string; readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
  }
  const { items } = await read<{ items: readonly Pod[] }>(['get', 'pods', '-n', stage.namespace, '-l', 'switchyard.dev/router=true']);
  return items
    .filter(({ metadata, status }) => {
      const ready = status.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') ?? false;
      return ready && metadata.deletionTimestamp === undefined;
    })
    .map(({ metadata, status }) => ({ name: metadata.name, address: status.podIP ?? '' }));
}

/** The manager that has alice's session, as the object says. */
async function home(): Promise<string> {
  const { status } = await read<{ status?: { router?: string } }>(['get', 'intercept', 'orders.http.alice', '-n', stage.namespace]);
  return status?.router ?? '';
}

async function countHops(): Promise<number> {
  const texts = await Promise.all((await managers()).map(({ name }) => readMetricsOf(stage.namespace, name)));
  return texts.reduce((sum, text) => sum + total(text, 'switchyard_peer_requests_total'), 0);
}

test('two managers serve: requests reach the developer through either, and nobody else', async () => {
  const { namespace, toolbox } = stage;
  const two = await eventually('two managers to be ready', 60_000, async () => {
    const ready = await managers();
    return ready.length === 2 ? ready : undefined;
  });
  expect(two.map(({ name }) => name)).toContain(await home());
  const { status } = await read<{ status: { routers?: Record<string, { serving: boolean }> } }>([
    'get',
    'routedservice',
    'orders',
    '-n',
    namespace,
  ]);
  expect(Object.values(status.routers ?? {}).map(({ serving }) => serving)).toEqual([true, true]);
  const before = await countHops();
  const report = await toolbox.load({ url: 'http://orders/', keys: ['alice', null], requests: 1_000, callers: 8, keepAlive: false }).report;
  const hops = (await countHops()) - before;
  evidence('two managers, a new connection for each request', {
    requests: report.requests,
    misrouted: report.misrouted,
    failed: report.failed,
    hops,
  });
  expect(report).toMatchObject({ misrouted: 0, failed: 0, answers: { 'alice>alice': 500 } });
  // kube-proxy tosses a coin for each connection.
  expect(hops).toBeGreaterThan(175);
  expect(hops).toBeLessThan(325);
});

test('what the hop costs', async () => {
  const { namespace, toolbox } = stage;
  const { spec } = await get(namespace, 'service', 'orders');
  const port = String(spec.ports?.[0]?.targetPort);
  const at = await home();
  const measure = async (address: string, requests: number): Promise<{ p50Us: number; p99Us: number; cpuUs: number }> => {
    const cpuMs = await readCpuMs(namespace, 'switchyard-manager');
    const output = await toolbox.script(toMeasurement(address, port, requests));
    const used = (await readCpuMs(namespace, 'switchyard-manager')) - cpuMs;
    return { ...(JSON.parse(output) as { p50Us: number; p99Us: number }), cpuUs: Math.round((used * 1_000) / requests) };
  };
  const ready = await managers();
  for (const round of ['warm-up', 'first']) {
    for (const { name, address } of ready) {
      const result = await measure(address, 1_600);
      if (round !== 'warm-up') evidence(`keyed requests ${name === at ? 'where the session is' : 'through the hop'}, ${round}`, result);
    }
  }
}, 120_000);

test('the manager that has the session is replaced: keyed requests wait at most, others do not notice', async () => {
  const { namespace, toolbox } = stage;
  const old = await home();
  const keyed = toolbox.load({
    url: 'http://orders/',
    keys: ['alice'],
    requests: 1,
    goesOn: true,
    callers: 4,
    pauseMs: 5,
    keepAlive: false,
  });
  const others = toolbox.load({ url: 'http://orders/', requests: 1, goesOn: true, callers: 4, pauseMs: 5, keepAlive: false });
  await kubectl(['delete', 'pod', old, '-n', namespace, '--wait=false']);
  await kubectl(['wait', '-n', namespace, '--for=delete', `pod/${old}`, '--timeout=120s']);
  keyed.stop();
  others.stop();
  const [mine, theirs] = await Promise.all([keyed.report, others.report]);
  evidence('the manager with the session is replaced', {
    keyed: mine.requests,
    keyedFailed: mine.failed,
    keyedMisrouted: mine.misrouted,
    keyedLongestMs: Math.round(mine.longestMs),
    others: theirs.requests,
    othersFailed: theirs.failed,
  });
  expect(mine.failures).toEqual([]);
  expect(theirs.failures).toEqual([]);
  expect(await home()).not.toBe(old);
}, 180_000);

/** A module that sends `requests` keyed requests, one at a time on each of 8 connections, and prints how long they took. */
function toMeasurement(address: string, port: string, requests: number): string {
  return `
import { Agent, get } from 'node:http';
const agent = new Agent({ keepAlive: true, maxSockets: 8 });
const times = [];
const ask = () => new Promise((resolve, reject) => {
  const began = process.hrtime.bigint();
  get({ host: '${address}', port: ${port}, path: '/', agent, headers: { host: 'orders', 'x-intercept-id': 'alice' } }, (response) => {
    if (response.statusCode !== 200) reject(new Error(String(response.statusCode)));
    response.resume().on('end', () => { times.push(Number(process.hrtime.bigint() - began) / 1000); resolve(); });
  }).on('error', reject);
});
const loop = async () => { for (let left = ${requests / 8}; left > 0; left--) await ask(); };
await Promise.all(Array.from({ length: 8 }, loop));
times.sort((left, right) => left - right);
const at = (share) => Math.round(times[Math.floor(times.length * share)]);
console.log(JSON.stringify({ p50Us: at(0.5), p99Us: at(0.99) }));
process.exit();
`;
}
