import { afterAll, beforeAll, expect, test } from 'vitest';
import { evidence } from './support/evidence.ts';
import { openStage, type Stage } from './support/stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage('match');
});
afterAll(async () => stage[Symbol.asyncDispose]());

/** Which version of `orders` answers, and what the router says of it. */
interface Answer {
  readonly version: string;
  readonly status: string | undefined;
}

/** Asks `orders` once for each set of headers and path, all on one connection. */
async function ask(
  requests: readonly { readonly path: string; readonly headers: Readonly<Record<string, string>> }[],
): Promise<readonly Answer[]> {
  const output = await stage.toolbox.script(`
    import { Agent, request } from 'node:http';
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const ask = ({ path, headers }) => new Promise((resolve, reject) => {
      request('http://orders' + path, { agent, headers }, async (response) => {
        let body = '';
        for await (const chunk of response) body += chunk;
        resolve({ version: JSON.parse(body).version, status: response.headers['x-intercept-status'] });
      }).on('error', reject).end();
    });
    const answers = [];
    for (const each of ${JSON.stringify(requests)}) answers.push(await ask(each));
    agent.destroy();
    console.log(JSON.stringify(answers));`);
  return JSON.parse(output) as readonly Answer[];
}

const key = { 'x-intercept-id': 'alice' };

test('an intercept with conditions gets what meets them, the baseline the rest, and explain says why', async () => {
  const alice = await stage.developer('alice');
  const running = await alice.answer('orders', 'alice', '--header', 'x-team=blue', '--path', '/orders');
  const answers = await ask([
    { path: '/orders/7', headers: { ...key, 'x-team': 'blue' } },
    { path: '/orders/7', headers: { ...key, 'x-team': 'red' } },
    { path: '/orders-2', headers: { ...key, 'x-team': 'blue' } },
    { path: '/orders/7', headers: { 'x-team': 'blue' } },
  ]);
  expect(answers).toEqual([
    { version: 'alice' },
    { version: 'baseline', status: 'not-matched' },
    { version: 'baseline', status: 'not-matched' },
    { version: 'baseline' },
  ]);

  const question = ['explain', 'orders', '--key', 'alice', '--path', '/orders/7'];
  const won = await alice.intercept(...question, '--header', 'x-team: blue');
  const lost = await alice.intercept(...question, '--header', 'x-team: red');
  evidence('explain', { matching: won.stdout.trim(), 'not matching': lost.stdout.trim() });
  expect([won.exitCode, lost.exitCode]).toEqual([0, 3]);
  expect(lost.stdout).toContain('x-team');
  await running.stop();
});

test('a key is shared with whom its owner names, and only on another service', async () => {
  const [carol, bob] = [await stage.developer('carol'), await stage.developer('bob')];
  const owned = await carol.answer('orders', 'shared');
  const refused = await bob.intercept('run', 'payments', '--key', 'shared', '--join', '--port', '1', '--', 'true');
  expect(refused.exitCode).toBe(5);
  await owned.stop();
  const offered = await carol.answer('orders', 'shared', '--share-with', '*');
  const joined = await bob.answer('payments', 'shared', '--join');
  const { stdout } = await carol.intercept('list');
  evidence('a shared key', { list: stdout.trim() });
  expect(stdout.split('\n').filter((line) => line.includes('shared'))).toHaveLength(2);
  await joined.stop();
  await offered.stop();
});
