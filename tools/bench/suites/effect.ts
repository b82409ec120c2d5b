import { execFile } from 'node:child_process';
import { Agent, get } from 'node:http';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { openAgent } from '@switchyard/agent';
import { parseRoutingKey, parseServiceName, silentLog } from '@switchyard/contract';
import { createSystemClock } from '@switchyard/runtime';
import type { Side } from '../contender.ts';
import { startManager, type ManagerUnderTest } from '../manager-under-test.ts';
import { estimate } from '../statistics.ts';
import type { Scene, Suite } from '../suite.ts';
import { toTable } from '../table.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../../', import.meta.url));
const app = fileURLToPath(new URL('../under-test/origin.ts', import.meta.url));
const key = 'effect';

/** A time between two moments that a person notices, in milliseconds. */
interface Line {
  readonly what: string;
  readonly aim: string;
  readonly samples: readonly number[];
}

/** How soon what a developer does has its effect. */
export const effectSuite: Suite = {
  name: 'effect',
  about: 'how soon an intercept has its effect',
  run: async (scene) => {
    scene.say('effect: create and remove');
    const manager = await startManager(scene.workbench, { name: 'manager-effect' });
    const changes = await measureChanges(scene, manager);
    scene.say('effect: start of the packed program');
    const starts = await measureStarts(scene, manager);
    await manager.process.stop();
    const lines: readonly Line[] = [
      { what: 'intercept created → effective on an open connection', aim: '100 ms', samples: changes.created },
      { what: 'intercept removed → effective on an open connection', aim: '100 ms', samples: changes.removed },
      { what: 'packed `intercept run` started → first routed request', aim: '1,500 ms', samples: starts },
    ];
    return { title: 'How soon it has its effect', markdown: `${about}\n\n${toTable(columns, lines)}`, plots: [], raw: lines };
  },
};

/** How often the open connection is asked, in vain or not, before the measurement fails. */
const mostRequests = 100_000;

/** Milliseconds from `since` until a request on the one kept connection of `agent` is answered by `side`. */
async function untilAnswered(port: number, side: Side, agent: Agent, since: number): Promise<number> {
  for (let request = 0; request < mostRequests; request += 1) if ((await ask(port, agent)) === side) return performance.now() - since;
  throw new Error(`The ${side} did not answer.`);
}

/** The first word of the answer: who gave it. */
function ask(port: number, agent: Agent): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = get({ host: '127.0.0.1', port, agent, headers: { 'x-intercept-id': key }, timeout: 5_000 }, (response) => {
      text(response).then((body) => resolve(body.split(' ', 1)[0] ?? ''), reject);
    });
    request.on('timeout', () => request.destroy(new Error('No answer within 5 s.')));
    request.on('error', reject);
  });
}

/** From the call that opens an agent, its connection included, and from the call that ends it. */
async function measureChanges(
  { workbench, rounds, signal }: Scene,
  { port, url }: ManagerUnderTest,
): Promise<{ created: number[]; removed: number[] }> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const created: number[] = [];
  const removed: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    await untilAnswered(port, 'baseline', agent, 0);
    const opening = performance.now();
    const [developer, createdMs] = await Promise.all([
      openAgent({ clock: createSystemClock(), log: silentLog }, toAgentOptions(url, workbench.origins.developer, signal)),
      untilAnswered(port, 'developer', agent, opening),
    ]);
    const closing = performance.now();
    const [removedMs] = await Promise.all([untilAnswered(port, 'baseline', agent, closing), developer[Symbol.asyncDispose]()]);
    created.push(createdMs);
    removed.push(removedMs);
  }
  agent.destroy();
  return { created, removed };
}

function toAgentOptions(url: URL, developerPort: number, signal: AbortSignal): Parameters<typeof openAgent>[1] {
  const spec = {
    service: parseServiceName('orders'),
    port: undefined,
    key: parseRoutingKey(key),
    match: [],
    sharedWith: [],
    joins: false,
    whenAway: 'fail',
    lifetimeMs: undefined,
    directPort: undefined,
  } as const;
  const intercepts = [{ spec, deliver: { host: '127.0.0.1', port: developerPort } }];
  return { url, owner: 'bench', client: 'bench', token: undefined, intercepts, onEvent: () => {}, signal };
}

/** From the start of the process, that of the developer's command included. */
async function measureStarts({ workbench, rounds }: Scene, { port, url }: ManagerUnderTest): Promise<number[]> {
  await run(process.execPath, [`${root}tools/package/main.ts`], { cwd: root });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const starts: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    await untilAnswered(port, 'baseline', agent, 0);
    const since = performance.now();
    const command = ['run', 'orders', '--manager', url.href, '--key', key, '--', process.execPath, app, '-', 'developer'];
    const program = workbench.startLoad(`start-${round}`, process.execPath, [`${root}dist/intercept.js`, ...command]);
    starts.push(await untilAnswered(port, 'developer', agent, since));
    await program.stop();
  }
  agent.destroy();
  return starts;
}

const columns = [
  { title: 'from → to', isText: true, cell: ({ what }: Line) => what },
  { title: 'aim', cell: ({ aim }: Line) => aim },
  { title: 'median ms', cell: ({ samples }: Line) => estimate(samples).median.toFixed(0) },
  {
    title: 'interval',
    cell: ({ samples }: Line) => [estimate(samples).low, estimate(samples).high].map((ms) => ms.toFixed(0)).join(' – '),
  },
  { title: 'most ms', cell: ({ samples }: Line) => Math.max(...samples).toFixed(0) },
];

const about = `Standalone, on one machine. A kept-alive connection is asked again and again while the agent is opened, its connection to the manager included, and while
it leaves. The start is that of the packed program with a small Node.js server as the developer's process.`;
