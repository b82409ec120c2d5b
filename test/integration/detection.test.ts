import { setTimeout as delay } from 'node:timers/promises';
import { createFakeClock, openRawClient, until } from '@switchyard/testkit';
import { expect, test } from 'vitest';
import { checkLeaks } from '../support/leak-check.ts';
import { createSnapshot } from '@switchyard/route';
import { openTestRouter, orders } from '../support/test-router.ts';

checkLeaks();

test('a server that speaks first is heard, and its protocol passes as it is', async () => {
  await using router = await openTestRouter({
    keys: ['alice'],
    protocol: 'auto',
    baseline: {
      onConnection(connection) {
        connection.splice((bytes) => connection.send(bytes));
        connection.send('220 ready\r\n');
      },
    },
  });
  await using client = await openRawClient(router.port);
  expect((await client.readUntil('\r\n')).toString()).toBe('220 ready\r\n');
  client.send('GET / HTTP/1.1\r\nHost: orders\r\nx-intercept-id: alice\r\n\r\n');
  await client.readUntil('x-intercept-id: alice\r\n\r\n');
  expect(router.origins.alice.accepted.length).toBe(0);
});

test('a client that warms a connection and stays silent is routed by its first request all the same', async () => {
  await using router = await openTestRouter({ keys: ['alice'], protocol: 'auto' });
  await using client = await openRawClient(router.port);
  await until(() => router.origins.baseline.open === 1, { about: 'the baseline to be dialled in silence' });
  client.send('GET /1 HTTP/1.1\r\nHost: orders\r\nx-intercept-id: alice\r\n\r\n');
  expect((await client.readResponse()).body.toString()).toBe('alice GET /1\n');
  client.send('GET /2 HTTP/1.1\r\nHost: orders\r\n\r\n');
  expect((await client.readResponse()).body.toString()).toBe('baseline GET /2\n');
  expect(router.origins.baseline.accepted.length).toBe(1);
});

test('the first line may come byte by byte', async () => {
  await using router = await openTestRouter({ keys: ['alice'], protocol: 'auto' });
  await using client = await openRawClient(router.port);
  for (const char of 'GET /1 HTTP/1.1\r\nHost: orders\r\nx-intercept-id: alice\r\n\r\n') {
    await client.sendPieces([Buffer.from(char)]);
  }
  expect((await client.readResponse()).body.toString()).toBe('alice GET /1\n');
});

test('a client that stalls within its first line does not escape the routing decision', async () => {
  const clock = createFakeClock();
  await using router = await openTestRouter({ keys: ['alice'], protocol: 'auto', clock });
  await using client = await openRawClient(router.port);
  await client.sendPieces([Buffer.from('GE')]);
  await delay(50);
  for (let second = 0; second < 12; second++) {
    clock.advance(1000);
    await new Promise(setImmediate);
  }
  client.send('T /late HTTP/1.1\r\nHost: orders\r\nx-intercept-id: alice\r\n\r\n');
  await until(() => client.unread.length > 0 || client.ended !== undefined);
  await delay(50);
  // Cut off (408), or still routed: both are fine.
  expect(router.origins.baseline.requests.length).toBe(0);
});

test('a first line that trickles in has one deadline, not one per byte', async () => {
  const clock = createFakeClock();
  await using router = await openTestRouter({ keys: [], protocol: 'auto', clock });
  await using client = await openRawClient(router.port);
  let sent = 0;
  for (const char of 'PROPPATCH /a HTTP/1.1') {
    if (client.ended !== undefined) break;
    client.send(char);
    sent++;
    await delay(10);
    clock.advance(9000);
    await new Promise(setImmediate);
  }
  expect(sent * 9).toBeLessThan(40);
});

const others: readonly [name: string, bytes: string][] = [
  ['the HTTP/2 preface', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ['a TLS hello', '\x16\x03\x01\x02\x00\x01\x00'],
  ['a Redis command', '*1\r\n$4\r\nPING\r\n'],
];

for (const [name, bytes] of others) {
  test(`${name} goes to the baseline as it is, and the notes say so`, async () => {
    await using router = await openTestRouter({
      keys: ['alice'],
      protocol: 'auto',
      baseline: { onConnection: (connection) => connection.splice((data) => connection.send(data)) },
    });
    await using client = await openRawClient(router.port);
    client.send(Buffer.from(bytes, 'latin1'));
    expect((await client.readBytes(bytes.length)).toString('latin1')).toBe(bytes);
    expect(router.router.notes(orders, 'http')).toHaveLength(1);
    client.end();
  });
}

test.each([
  ['HTTP/2 with prior knowledge', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ['a binary protocol', '\x16\x03\x01\x02\x00'],
  ['HTTP behind many empty lines', `${'\r\n'.repeat(3000)}GET / HTTP/1.1\r\nHost: orders\r\nx-intercept-id: alice\r\n\r\n`],
  ['a line that Node.js takes for HTTP', 'GET / RTSP/1.0\r\nHost: orders\r\nx-intercept-id: alice\r\n\r\n'],
])('%s does not carry a key past an untrusted port', async (_name, first) => {
  await using router = await openTestRouter({ keys: [], protocol: 'auto' });
  router.router.update(createSnapshot([], { untrustedServices: new Set([orders]) }));
  await using client = await openRawClient(router.port);
  client.send(first);
  await client.untilEnded();
  expect(router.origins.baseline.requests.length).toBe(0);
  expect(router.origins.baseline.violations.length).toBe(0);
});

test('a stalled begin of the HTTP/2 preface does not make raw TCP of a port that speaks HTTP', async () => {
  const clock = createFakeClock();
  await using router = await openTestRouter({ keys: ['alice'], clock });
  await using client = await openRawClient(router.port);
  await client.sendPieces([Buffer.from('PRI')]);
  await delay(30);
  for (let second = 0; second < 12; second++) {
    clock.advance(1000);
    await new Promise(setImmediate);
  }
  client.send('GET / HTTP/1.1\r\nHost: orders\r\nx-intercept-id: alice\r\n\r\n');
  await until(() => client.unread.length > 0 || client.ended !== undefined);
  await delay(30);
  expect(router.origins.baseline.accepted.length).toBe(0);
});
