import { expect, test } from 'vitest';
import { playStep } from './play.ts';
import type { DemoPorts } from './ports.ts';
import type { Screen } from './screen.ts';
import type { Stage } from './stage.ts';
import { createServer } from 'node:http';
import { once } from 'node:events';

test('a step names each answer that came from the wrong side', async () => {
  await using shop = await openFakeShop();
  const step = {
    title: 'two requests',
    asks: [
      { to: 'orders', expect: { orders: 'baseline' } },
      { to: 'orders', headers: { 'x-intercept-id': 'alice' }, expect: { orders: 'alice' } },
    ],
  } as const;

  const wrong = await playStep(step, 3, { stage: nobody, ports: shop.ports, screen: silence, signal: new AbortController().signal });

  expect(wrong).toEqual(['Step 3: GET orders  x-intercept-id: alice had to give 200 from orders alice, but gave 200 orders baseline.']);
});

/** A shop that knows no keys. */
async function openFakeShop(): Promise<AsyncDisposable & { readonly ports: DemoPorts }> {
  const server = createServer((_request, response) => response.end(JSON.stringify({ service: 'orders', version: 'baseline' })));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('A TCP server has no TCP address.');
  const { port } = address;
  const all = { web: port, orders: port, payments: port };
  return {
    ports: { api: 0, health: 0, routed: all, baseline: all, bob: 0 },
    [Symbol.asyncDispose]: async () => {
      server.close();
      await once(server, 'close');
    },
  };
}

const silence: Screen = { line: () => {}, title: () => {}, event: () => {}, verdict: () => {}, failure: () => {} };
const unused = async (): Promise<void> => {};
const nobody: Stage = {
  openShop: unused,
  openManager: unused,
  aliceRuns: unused,
  startBob: unused,
  bobJoins: unused,
  crashBob: unused,
  bobLeaves: unused,
};
