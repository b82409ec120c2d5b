import { createSnapshot } from '@switchyard/route';
import { openRawClient, openStrictOrigin, until, type RawClient } from '@switchyard/testkit';
import { expect, test } from 'vitest';
import type { SocketAddress } from '../src/dial/dial-socket.ts';
import { createRule, openScene, passUntil, port, request, service, toBaseline } from './scene.ts';

const plain = 'GET / HTTP/1.1\r\nHost: orders\r\n\r\n';

async function ask(client: RawClient, text: string): Promise<readonly (string | number | undefined)[]> {
  client.send(text);
  const response = await client.readResponse();
  return [response.status, response.header('x-origin') ?? response.header('x-intercept-error')];
}

/** A port of this machine where nothing listens. */
async function findDeadPort(): Promise<number> {
  await using origin = await openStrictOrigin();
  return origin.port;
}

test('a baseline that is picked for the client is asked for at its first dial; the connection stays with it', async () => {
  await using one = await openStrictOrigin({ name: 'one' });
  await using two = await openStrictOrigin({ name: 'two' });
  await using alice = await openStrictOrigin({ name: 'alice' });
  const asked: string[] = [];
  let pod = one;
  const pick = (clientAddress: string): SocketAddress => {
    asked.push(clientAddress);
    return { host: '127.0.0.1', port: pod.port };
  };
  await using scene = await openScene('http', pick);
  scene.router.update(createSnapshot([createRule('alice', alice.port)]));
  await using first = await openRawClient(scene.listenPort);
  expect([await ask(first, request), asked]).toEqual([[200, 'alice'], []]);
  expect([await ask(first, plain), asked]).toEqual([[200, 'one'], ['127.0.0.1']]);
  pod = two;
  expect(await ask(first, plain)).toEqual([200, 'one']);
  await using second = await openRawClient(scene.listenPort);
  expect([await ask(second, plain), asked.length]).toEqual([[200, 'two'], 2]);
});

test.each(['nothing is ready', 'nothing listens'])(
  'where %s, requests without a live key are 502, and the next one tries anew',
  async (how) => {
    await using baseline = await openStrictOrigin({ name: 'baseline' });
    await using alice = await openStrictOrigin({ name: 'alice' });
    const dead = how === 'nothing is ready' ? undefined : { host: '127.0.0.1', port: await findDeadPort() };
    let address: SocketAddress | undefined = dead;
    await using scene = await openScene('auto', () => address);
    scene.router.update(createSnapshot([createRule('alice', alice.port)]));
    await using client = await openRawClient(scene.listenPort);
    expect(await ask(client, plain)).toEqual([502, 'upstream_unreachable']);
    expect(await ask(client, request)).toEqual([200, 'alice']);
    expect(await ask(client, request.replace('alice', 'bob'))).toEqual([502, 'upstream_unreachable']);
    address = { host: '127.0.0.1', port: baseline.port };
    expect(await ask(client, plain)).toEqual([200, 'baseline']);
  },
);

test.each(['tcp', 'auto'] as const)('a client of a %s port that is not HTTP is reset where nothing listens', async (protocol) => {
  await using scene = await openScene(protocol, await findDeadPort());
  await using speaking = await openRawClient(scene.listenPort);
  speaking.send('PING\r\n');
  expect(await speaking.untilEnded()).toBe('abort');
  // One that waits for its server to speak.
  await using silent = await openRawClient(scene.listenPort);
  await passUntil(scene.clock, () => silent.ended !== undefined);
  expect(silent.ended).toBe('abort');
  await until(() => scene.openConnections === 0);
});

test('another baseline is for new connections to it', async () => {
  await using before = await openStrictOrigin({ name: 'before' });
  await using after = await openStrictOrigin({ name: 'after' });
  await using scene = await openScene('http', before.port);
  await using first = await openRawClient(scene.listenPort);
  expect(await ask(first, plain)).toEqual([200, 'before']);
  await using second = await openRawClient(scene.listenPort);
  scene.router.setBaseline(service, port, toBaseline(after.port));
  expect([await ask(first, plain), await ask(second, plain)]).toEqual([
    [200, 'before'],
    [200, 'after'],
  ]);
  expect(() => scene.router.setBaseline(service, 'other', toBaseline(1))).toThrow('The port other of orders is not listened to.');
});
