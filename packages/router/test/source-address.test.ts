import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import type { SourceAddressForm } from '@switchyard/contract';
import { createSnapshot, type RouteOptions } from '@switchyard/route';
import { openRawClient, until } from '@switchyard/testkit';
import { expect, test } from 'vitest';
import { createRule, openScene, service } from './scene.ts';

const answer = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

/** A server that notes what it hears, connection by connection, and answers each head. */
async function openListener() {
  const heard: string[] = [];
  const server = createServer((socket) => {
    const index = heard.push('') - 1;
    socket.on('error', () => {});
    socket.on('data', (bytes: Buffer) => {
      const text = bytes.toString('latin1');
      heard[index] += text;
      for (let heads = text.split('\r\n\r\n').length - 1 - (text.includes('QUIT') ? 1 : 0); heads > 0; heads--) socket.write(answer);
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    heard,
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      server.close();
      await once(server, 'close');
    },
  };
}

function toOptions(form: SourceAddressForm, untrusted = false): RouteOptions {
  return { sourceAddresses: new Map([[service, form]]), untrustedServices: new Set(untrusted ? [service] : []) };
}

const head = (path: string, ...lines: readonly string[]): string => [`GET ${path} HTTP/1.1`, 'Host: a', ...lines, '', ''].join('\r\n');

test('every request carries the client’s address, pipelined, repeated and keyed ones too', async () => {
  await using baseline = await openListener();
  await using alice = await openListener();
  await using scene = await openScene('auto', baseline.port);
  scene.router.update(createSnapshot([createRule('alice', alice.port)], toOptions('forwarded')));
  await using client = await openRawClient(scene.listenPort);
  const requests = [head('/1'), head('/1'), head('/1'), head('/1', 'Forwarded: for=10.7.7.7'), head('/1', 'forwarded: for="', 'X: 1')];
  client.send(requests.join(''));
  for (const _ of requests) await client.readResponse();
  client.send(head('/2', 'X-Intercept-Id: alice', 'Connection: Forwarded, X'));
  await client.readResponse();
  const own = 'Forwarded: for=127.0.0.1';
  const expected = [head('/1', own), head('/1', own), head('/1', own), head('/1', 'Forwarded: for=10.7.7.7', own), head('/1', 'X: 1', own)];
  expect(baseline.heard).toEqual([expected.join('')]);
  expect(alice.heard).toEqual([
    head('/2', 'X-Intercept-Id: alice', 'Connection: X', own, 'baggage: intercept=alice', 'x-intercept-hops: 1'),
  ]);
});

test('of clients from outside nothing is passed on but what the router saw; from one snapshot to the next', async () => {
  await using baseline = await openListener();
  await using scene = await openScene('auto', baseline.port);
  await using client = await openRawClient(scene.listenPort);
  const said = head('/1', 'Forwarded: for=10.7.7.7', 'X-Forwarded-For: 10.7.7.7');
  for (const options of [{}, toOptions('forwarded', true), toOptions('none')]) {
    scene.router.update(createSnapshot([], options));
    client.send(said);
    await client.readResponse();
  }
  const own = head('/1', 'X-Forwarded-For: 10.7.7.7', 'Forwarded: for=127.0.0.1');
  expect(baseline.heard).toEqual([said + own + said]);
});

test('no trailer brings another address', async () => {
  await using baseline = await openListener();
  await using scene = await openScene('auto', baseline.port);
  scene.router.update(createSnapshot([], toOptions('forwarded')));
  await using client = await openRawClient(scene.listenPort);
  client.send('POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nForwarded: for=10.7.7.7\r\n\r\n');
  expect((await client.readResponse()).status).toBe(400);
});

test.for(['auto', 'tcp'] as const)(
  'a %s port tells every connection of the baseline once by the PROXY protocol, and no target',
  async (protocol) => {
    await using baseline = await openListener();
    await using alice = await openListener();
    await using scene = await openScene(protocol, baseline.port);
    scene.router.update(createSnapshot([createRule('alice', alice.port)], toOptions('proxy-protocol')));
    await using client = await openRawClient(scene.listenPort);
    client.send(head('/1') + head('/1'));
    await client.readResponse();
    await client.readResponse();
    const [heard = ''] = baseline.heard;
    expect(heard.slice(0, 16)).toBe('\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c');
    expect([...Buffer.from(heard.slice(16, 24), 'latin1')]).toEqual([127, 0, 0, 1, 127, 0, 0, 1]);
    expect(Buffer.from(heard.slice(26, 28), 'latin1').readUInt16BE()).toBe(scene.listenPort);
    expect(heard.slice(28)).toBe(head('/1') + head('/1'));
    if (protocol === 'tcp') return;
    client.send(head('/2', 'X-Intercept-Id: alice'));
    await client.readResponse();
    expect(alice.heard[0]).toMatch(/^GET \/2 /);
  },
);

test('a client that says nothing has its baseline told all the same', async () => {
  await using baseline = await openListener();
  await using scene = await openScene('auto', baseline.port);
  scene.router.update(createSnapshot([], toOptions('proxy-protocol')));
  await using client = await openRawClient(scene.listenPort);
  await until(() => {
    scene.clock.advance(250);
    return baseline.heard[0]?.length === 28;
  });
  client.send(head('/1'));
  await client.readResponse();
  expect(baseline.heard.map((text) => text.slice(28))).toEqual([head('/1')]);
});
