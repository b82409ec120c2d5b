import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { finished } from 'node:stream/promises';
import { setImmediate } from 'node:timers/promises';
import type { Clock } from '@switchyard/contract';
import { createSystemClock } from '@switchyard/runtime';
import { createFakeClock, until, watchLeaks } from '@switchyard/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openPortForward } from '../src/index.ts';
import { openFakeForwardServer, type FakeForward, type FakeForwardServer } from './fake-forward-server.ts';

let leaks = watchLeaks();
beforeEach(() => {
  leaks = watchLeaks();
});
afterEach(() => leaks.expectNone());

const MiB = 1024 * 1024;
const target = { namespace: 'shop', pod: 'manager-0', port: 7480 };

function open(server: FakeForwardServer, clock: Clock = createSystemClock(), signal = AbortSignal.timeout(10_000)): Promise<Duplex> {
  return openPortForward({ clock, client: server.client }, target, signal);
}

function theForward({ forwards }: FakeForwardServer): FakeForward {
  const [forward] = forwards;
  if (forward === undefined) throw new Error('no port-forward');
  return forward;
}

/** Waits until `count` does not change any more. */
async function untilStill(count: () => number): Promise<number> {
  let [before, same] = [-1, 0];
  await until(() => {
    same = count() === before ? same + 1 : 0;
    before = count();
    return same > 20;
  });
  return before;
}

async function errorOf(stream: Duplex): Promise<unknown> {
  return finished(stream.resume()).then(
    () => undefined,
    (error: unknown) => error,
  );
}

test('bytes go both ways, to the pod that was named, as who we are', async () => {
  await using server = await openFakeForwardServer();
  const stream = await open(server);
  const forward = theForward(server);
  expect(forward.url).toBe('/prefix/api/v1/namespaces/shop/pods/manager-0/portforward?ports=7480');
  expect(forward.headers).toMatchObject({ authorization: 'Bearer one', 'sec-websocket-protocol': 'v4.channel.k8s.io' });
  stream.write('ping');
  await until(() => forward.received.toString() === 'ping');
  forward.send(0, 'pong');
  expect(String((await once(stream, 'data'))[0])).toBe('pong');
  stream.destroy();
  await until(() => forward.closed !== undefined);
});

test('a slow reader slows the pod: of 32 MiB little waits, and all arrive [kube.bufferBytes]', async () => {
  await using server = await openFakeForwardServer();
  const stream = await open(server);
  const forward = theForward(server);
  let taken = 0;
  const chunk = Buffer.alloc(32 * 1024, 7);
  const next = (): void => {
    if (taken === 32 * MiB) return forward.socket.close(1000);
    forward.send(0, chunk, () => {
      taken += chunk.length;
      next();
    });
  };
  next();
  await once(stream, 'readable');
  // What the system keeps for two sockets on loopback counts too.
  expect(await untilStill(() => taken)).toBeLessThan(16 * MiB);
  expect(stream.readableLength).toBeLessThan(MiB);
  let received = 0;
  for await (const bytes of stream as AsyncIterable<Buffer>) {
    expect(bytes.every((byte) => byte === 7)).toBe(true);
    received += bytes.length;
    expect(stream.readableLength).toBeLessThan(MiB);
  }
  expect(received).toBe(32 * MiB);
});

test('a slow pod slows the writer, and gets everything in order', async () => {
  await using server = await openFakeForwardServer();
  const stream = await open(server);
  const forward = theForward(server);
  forward.socket.pause();
  let written = 0;
  const write = (): void => {
    while (written < 32 * MiB) {
      const chunk = Buffer.alloc(MiB);
      for (let at = 0; at < MiB; at += 1024) chunk.writeUInt32LE(written + at, at);
      written += MiB;
      if (!stream.write(chunk)) {
        stream.once('drain', write);
        return;
      }
    }
    stream.end();
  };
  write();
  expect(await untilStill(() => written)).toBeLessThan(16 * MiB);
  expect(stream.writableLength).toBeLessThanOrEqual(MiB);
  forward.socket.resume();
  await until(() => forward.receivedBytes === 32 * MiB);
  const { received } = forward;
  for (let at = 0; at < received.length; at += 1024) expect(received.readUInt32LE(at)).toBe(at);
  stream.destroy();
});

test("the pod's end is passed on after its last byte", async () => {
  await using server = await openFakeForwardServer();
  server.onForward((forward) => {
    forward.send(0, Buffer.alloc(MiB - 1, 1));
    forward.send(0, '!');
    forward.socket.close(1000);
  });
  const stream = await open(server);
  const bytes = await buffer(stream);
  expect(bytes.length).toBe(MiB);
  expect(bytes.at(-1)).toBe('!'.charCodeAt(0));
  await until(() => stream.closed);
});

test('what is written after the end of the pod is dropped and breaks nothing', async () => {
  await using server = await openFakeForwardServer();
  server.onForward((forward) => {
    forward.send(0, 'last words');
    forward.socket.close(1000);
  });
  const stream = await open(server);
  const { socket } = theForward(server);
  await once(stream, 'readable');
  await until(() => socket.readyState === socket.CLOSED);
  stream.write('too late');
  expect(await text(stream)).toBe('last words');
});

test('our end lets everything arrive, and the pod answer for a second [kube.lingerMs]', async () => {
  const clock = createFakeClock();
  await using server = await openFakeForwardServer();
  const stream = await open(server, clock);
  const forward = theForward(server);
  stream.write(Buffer.alloc(4 * MiB));
  stream.end('done');
  await until(() => forward.receivedBytes === 4 * MiB + 4);
  clock.advance(999);
  forward.send(0, 'an answer');
  expect(String((await once(stream, 'data'))[0])).toBe('an answer');
  expect(forward.closed).toBeUndefined();
  clock.advance(1);
  await until(() => forward.closed === 1000);
  await finished(stream);
  expect(clock.pending).toBe(0);
});

test.each([
  ['connection refused', 'dial tcp4 127.0.0.1:7480: connect: connection refused', /^Nothing listens at port 7480 of pod manager-0/],
  ['anything else', 'container not\nrunning', /could not forward to port 7480 of pod manager-0 .*: container not running$/],
])('the kubelet says %s', async (_name, complaint, message) => {
  await using server = await openFakeForwardServer();
  const stream = await open(server);
  const forward = theForward(server);
  forward.send(1, complaint.slice(0, 8));
  forward.send(1, complaint.slice(8));
  forward.socket.close(1000);
  expect(await errorOf(stream)).toMatchObject({ code: 'upstream_unreachable', message: expect.stringMatching(message) });
});

test('an API server that dies breaks the stream', async () => {
  const clock = createFakeClock();
  await using server = await openFakeForwardServer();
  const stream = await open(server, clock);
  theForward(server).socket.terminate();
  expect(await errorOf(stream)).toMatchObject({ code: 'tunnel_lost', message: expect.stringContaining('broke') });
  expect(clock.pending).toBe(0);
});

test('an API server that says nothing is given up after 15 s, one that answers is not [kube.deadMs] [kube.pingMs]', async () => {
  const clock = createFakeClock();
  await using server = await openFakeForwardServer();
  const stream = await open(server, clock);
  const { socket } = theForward(server);
  let pings = 0;
  socket.on('ping', () => void pings++);
  const error = errorOf(stream);
  for (let beat = 1; beat <= 6; beat++) {
    clock.advance(5_000);
    await until(() => pings === beat);
    stream.write('x');
    // The pong came before what comes after it.
    theForward(server).send(0, 'x');
    await once(stream, 'data');
  }
  socket.pause();
  clock.advance(14_000);
  stream.write('what nobody takes');
  await setImmediate();
  clock.advance(999);
  expect(stream.destroyed).toBe(false);
  clock.advance(1);
  expect(await error).toMatchObject({ code: 'tunnel_lost', message: expect.stringContaining('said nothing for 15 s') });
  expect(clock.pending).toBe(0);
});

test.each([
  ['another port', (server: FakeForwardServer) => server.announce(1)],
  ['another channel', (server: FakeForwardServer) => server.onForward((forward) => forward.send(7, 'x'))],
])('an API server that talks of %s is not understood', async (_name, prepare) => {
  await using server = await openFakeForwardServer();
  prepare(server);
  expect(await errorOf(await open(server))).toMatchObject({ code: 'cluster_unavailable' });
});

test('a message that is too large ends it [kube.receivedFrameBytes]', async () => {
  await using server = await openFakeForwardServer();
  server.onForward((forward) => forward.send(0, Buffer.alloc(2 * MiB)));
  expect(await errorOf(await open(server))).toMatchObject({ code: 'tunnel_lost' });
});

test('a refusal says which right is missing, or what is not there', async () => {
  await using server = await openFakeForwardServer();
  const refuse = (code: number, message: string): void =>
    server.refuse(code, JSON.stringify({ kind: 'Status', code, message, reason: 'Reason' }));
  refuse(403, 'pods "manager-0" is forbidden');
  await expect(open(server)).rejects.toMatchObject({
    code: 'not_allowed',
    message: expect.stringMatching(/create pods\/portforward of manager-0 .*403.*is forbidden/),
    hint: expect.stringContaining('right'),
  });
  refuse(404, 'pods "manager-0" not found');
  await expect(open(server)).rejects.toMatchObject({ code: 'cluster_not_found' });
  server.refuse(401);
  await expect(open(server)).rejects.toMatchObject({ code: 'not_signed_in' });
  server.refuse(502, 'dial tcp: no route to host');
  await expect(open(server)).rejects.toMatchObject({ code: 'cluster_unavailable', message: expect.stringContaining('no route') });
});

test('of a long reason for a refusal only the begin is read [kube.refusalBytes]', async () => {
  await using server = await openFakeForwardServer();
  server.refuse(403, JSON.stringify({ kind: 'Status', message: 'x'.repeat(64 * 1024) }));
  await expect(open(server)).rejects.toMatchObject({ code: 'not_allowed', message: expect.not.stringContaining('xxx') });
});

test('an API server that does not answer is given up after 10 s, or when nobody waits any more [kube.openMs]', async () => {
  const clock = createFakeClock();
  await using server = await openFakeForwardServer();
  server.refuse('silent');
  const opening = open(server, clock);
  await until(() => clock.pending === 1);
  clock.advance(10_000);
  await expect(opening).rejects.toMatchObject({ code: 'cluster_unavailable', message: expect.stringContaining('within 10 s') });
  const abort = new AbortController();
  const given = open(server, clock, abort.signal);
  abort.abort();
  await expect(given).rejects.toMatchObject({ code: 'canceled' });
  expect(clock.pending).toBe(0);
});

test('an API server that is away', async () => {
  const server = await openFakeForwardServer();
  await server[Symbol.asyncDispose]();
  await expect(open(server)).rejects.toMatchObject({ code: 'cluster_unavailable', message: expect.stringContaining('ECONNREFUSED') });
});
