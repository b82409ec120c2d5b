import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { InterceptError } from '@switchyard/contract';
import { createFakeClock, openEchoServer, recordPipe, until, watchLeaks } from '@switchyard/testkit';
import { expect, test } from 'vitest';
import { dialSocket, type SocketAddress } from './dial-socket.ts';

/** Dials, and gives what came of it with what is left behind on the clock and on the signal. */
function begin(
  address: SocketAddress,
  timeoutMs = 5000,
): { dialled: ReturnType<typeof dialSocket>; clock: ReturnType<typeof createFakeClock>; abort: AbortController } {
  const clock = createFakeClock();
  const abort = new AbortController();
  return { dialled: dialSocket(address, { clock, timeoutMs, signal: abort.signal }), clock, abort };
}

async function failureOf(dialled: ReturnType<typeof dialSocket>): Promise<InterceptError> {
  const outcome: unknown = await dialled.catch((error: unknown) => error);
  if (outcome instanceof InterceptError) return outcome;
  throw new Error('the dial did not fail');
}

test('opens a connection that carries bytes both ways', async () => {
  await using server = await openEchoServer();
  const { dialled, clock, abort } = begin({ host: '127.0.0.1', port: server.port });
  const pipe = await dialled;
  const record = recordPipe(pipe);
  pipe.write(Buffer.from('hello'));
  expect((await record.untilBytes(5)).toString()).toBe('hello');
  // What was opened belongs to the caller: neither the deadline nor the signal touch it any more.
  expect(clock.pending).toBe(0);
  abort.abort();
  pipe.write(Buffer.from('again'));
  await record.untilBytes(10);
  pipe.end();
  expect(await record.untilClose()).toBeUndefined();
});

test('what the server says before anybody listens is not lost', async () => {
  const server = createServer((socket) => socket.end('220 hello\r\n'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const pipe = await begin({ host: '127.0.0.1', port: (server.address() as AddressInfo).port }).dialled;
  await until(async () => (await countOf(server)) === 1);
  const record = recordPipe(pipe);
  await record.untilEnd();
  expect(record.bytes().toString()).toBe('220 hello\r\n');
  pipe.end();
  await record.untilClose();
  server.close();
});

test('a port where nobody listens is unreachable', async () => {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  const { dialled, clock } = begin({ host: '127.0.0.1', port });
  const error = await failureOf(dialled);
  expect([error.code, error.message, clock.pending]).toEqual([
    'upstream_unreachable',
    `Could not connect to 127.0.0.1:${port}: nothing listens there.`,
    0,
  ]);
  expect(error.cause).toMatchObject({ code: 'ECONNREFUSED' });
});

test('a name that does not resolve is unreachable', async () => {
  const error = await failureOf(begin({ host: 'no-such-host.invalid', port: 80 }).dialled);
  expect(error.code).toBe('upstream_unreachable');
  expect(error.message).toMatch(/^Could not connect to no-such-host\.invalid:80: .*does not resolve/);
});

test('a dial that takes too long has timed out, and leaves nothing behind [router.dialTimeoutMs]', async () => {
  const leaks = watchLeaks();
  {
    await using server = await openEchoServer();
    const { dialled, clock, abort } = begin({ host: '127.0.0.1', port: server.port }, 2000);
    // The connection is made in a later turn of the event loop.
    clock.advance(2000);
    const error = await failureOf(dialled);
    abort.abort();
    expect([error.code, error.message, clock.pending]).toEqual([
      'upstream_timeout',
      `127.0.0.1:${server.port} did not accept a connection within 2 s.`,
      0,
    ]);
  }
  await leaks.expectNone();
});

test('a dial that is given up leaves nothing behind, also one that was given up before it began', async () => {
  const leaks = watchLeaks();
  {
    await using server = await openEchoServer();
    const address = { host: '127.0.0.1', port: server.port };
    const { dialled, clock, abort } = begin(address);
    abort.abort();
    expect([(await failureOf(dialled)).code, clock.pending]).toEqual(['canceled', 0]);
    const never = dialSocket(address, { clock, timeoutMs: 1000, signal: AbortSignal.abort() });
    expect([(await failureOf(never)).code, clock.pending]).toEqual(['canceled', 0]);
  }
  await leaks.expectNone();
});

function countOf(server: ReturnType<typeof createServer>): Promise<number> {
  return new Promise((resolve, reject) => {
    server.getConnections((error, count) => (error === null ? resolve(count) : reject(error)));
  });
}
