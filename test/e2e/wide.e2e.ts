import { afterAll, beforeAll, expect, test } from 'vitest';
import { apply } from './support/cluster.ts';
import type { Developer } from './support/developer.ts';
import { evidence } from './support/evidence.ts';
import { names } from './support/objects.ts';
import type { Person } from './support/people.ts';
import { openStage, type Stage } from './support/stage.ts';
import { eventually } from './support/wait.ts';
import type { OwnedProcess } from '../../tools/process/process-owner.ts';

let stage: Stage;
let alice: Developer & Person;
let bob: Developer & Person;

beforeAll(async () => {
  stage = await openStage('wide');
  [alice, bob] = [await stage.developer('alice'), await stage.developer('bob')];
  await apply(stage.namespace, [
    {
      apiVersion: 'switchyard.dev/v1alpha1',
      kind: 'InterceptPolicy',
      metadata: { name: 'wide' },
      spec: {
        subjects: [{ kind: 'User', name: alice.user }],
        services: ['orders'],
        modes: ['Intercept', 'Replace'],
        matchKinds: ['Key', 'Path', 'Header', 'Percent'],
      },
    },
  ]);
});
afterAll(async () => stage[Symbol.asyncDispose]());

const server = (answer: string): readonly string[] => [
  '--',
  'node',
  '-e',
  `require("http").createServer((_, r) => r.end("${answer}")).listen(process.env.PORT)`,
];

async function ready(run: OwnedProcess): Promise<void> {
  await eventually(`${run.name} to be ready`, 60_000, () => {
    run.assertRunning();
    return run.readLog().includes('ready:') ? true : undefined;
  });
}

/** Who answers each of `count` requests with these headers, each on a connection of its own. */
async function answers(count: number, headers: object): Promise<Readonly<Record<string, number>>> {
  const source = `
    const http = require('node:http');
    const ask = (headers) => new Promise((resolve, reject) => http.get('http://orders/orders/1', { headers, agent: false }, (response) => {
      let text = ''; response.on('data', (part) => (text += part)); response.on('end', () => resolve(text));
    }).on('error', reject));
    const counts = {};
    for (let index = 0; index < ${count}; index++) {
      const text = await ask(JSON.parse(${JSON.stringify(JSON.stringify(headers))}.replaceAll('INDEX', index)));
      const who = ['alice', 'bob'].includes(text) ? text : 'baseline';
      counts[who] = (counts[who] ?? 0) + 1;
    }
    console.log(JSON.stringify(counts));`;
  return JSON.parse(
    await stage.toolbox.script(
      source.replace("const http = require('node:http');", "const { default: http } = await import('node:http');"),
    ),
  ) as Readonly<Record<string, number>>;
}

test('who stands in for a service gets every request but those with a key; a twin is refused with the owner named', async () => {
  const replacing = alice.start('run', 'orders', '--replace', ...server('alice'));
  await ready(replacing);
  expect(replacing.readLog()).toContain('every request for orders comes to your process, whoever sends it, until you stop');
  const keyed = bob.start('run', 'orders', '--key', 'bob', ...server('bob'));
  await ready(keyed);
  const plain = await answers(20, {});
  const withKey = await answers(20, { 'x-intercept-id': 'bob' });
  const unknown = await answers(20, { 'x-intercept-id': 'nobody' });
  const [name] = (await names(stage.namespace, 'intercepts')).filter((each) => each.includes('.match.'));
  const list = await bob.intercept('list', '-n', stage.namespace);
  const twin = await alice.intercept('run', 'orders', '--replace', ...server('twin'));
  evidence('--replace', {
    object: name ?? '',
    'without a key': JSON.stringify(plain),
    "with bob's": JSON.stringify(withKey),
    "with nobody's": JSON.stringify(unknown),
    'a twin exits with': twin.exitCode ?? -1,
  });
  expect([plain, withKey, unknown]).toEqual([{ alice: 20 }, { bob: 20 }, { alice: 20 }]);
  expect(list.stdout).toContain('the path begins with /');
  expect([twin.exitCode, twin.stderr]).toEqual([5, expect.stringContaining('already intercept')]);
  expect((await alice.intercept('down', '--no-key', '-n', stage.namespace)).stdout).toContain('removed orders (no key)');
  await eventually('it to end', 20_000, () => (replacing.running ? undefined : true));
  expect(await answers(5, {})).toEqual({ baseline: 5 });
  await keyed.stop();
});

test('a share takes about as many callers as it says, and always the same ones', async () => {
  const sharing = alice.start('run', 'orders', '--no-key', '--percent', '30', ...server('alice'));
  await ready(sharing);
  const sticky = { cookie: 'intercept-sticky=visitor-INDEX' };
  const [first, again] = [await answers(200, sticky), await answers(200, sticky)];
  const same = await answers(20, { cookie: 'intercept-sticky=one' });
  evidence('--percent 30 of 200 visitors', {
    first: JSON.stringify(first),
    again: JSON.stringify(again),
    'one visitor': JSON.stringify(same),
  });
  expect(first).toEqual(again);
  expect(first['alice']).toBeGreaterThan(35);
  expect(first['alice']).toBeLessThan(85);
  expect(Object.values(same)).toEqual([20]);
  await sharing.stop();
});
