import { InterceptError, type Pipe } from '@switchyard/contract';
import { createFakeClock, createMemoryPipePair, openEchoServer, recordPipe, until, watchLeaks, type FakeClock } from '@switchyard/testkit';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { deliver } from './deliver.ts';
import type { LocalAddress } from './local-address.ts';

interface Delivery {
  /** The manager's end. */
  readonly near: Pipe;
  readonly clock: FakeClock;
  readonly failures: InterceptError[];
}

function start(address: LocalAddress): Delivery {
  const [near, far] = createMemoryPipePair();
  const clock = createFakeClock();
  const failures: InterceptError[] = [];
  deliver(far, address, { clock }, (error) => failures.push(error));
  return { near, clock, failures };
}

async function openServer(onSocket: (socket: Socket) => void, host = '127.0.0.1'): Promise<Server & { readonly at: LocalAddress }> {
  const server = createServer({ allowHalfOpen: true }, onSocket).listen(0, host);
  await once(server, 'listening');
  return Object.assign(server, { at: { host, port: (server.address() as AddressInfo).port } });
}

/** Waits until a number stays the same for 50 ms. */
async function untilStill(read: () => number): Promise<void> {
  for (let before = -1, now = read(); before !== now; before = now, now = read()) await delay(50);
}

test('carries bytes both ways, and each half ends on its own', async () => {
  const leaks = watchLeaks();
  {
    const received: Buffer[] = [];
    await using server = await openServer((socket) => {
      socket.write('server first');
      socket.on('data', (bytes) => received.push(bytes));
      socket.on('end', () => socket.end('after your end'));
    });
    const { near, clock } = start(server.at);
    const record = recordPipe(near);
    await record.untilBytes(12);
    near.write(Buffer.from('hello'));
    near.end();
    expect(await record.untilClose()).toBeUndefined();
    expect(record.bytes().toString()).toBe('server firstafter your end');
    expect(Buffer.concat(received).toString()).toBe('hello');
    expect(clock.pending).toBe(0);
  }
  await leaks.expectNone();
});

test('the local half may end first', async () => {
  const received: Buffer[] = [];
  await using server = await openServer((socket) => socket.end('bye').on('data', (bytes) => received.push(bytes)));
  const record = recordPipe(start(server.at).near);
  await record.untilEnd();
  record.pipe.write(Buffer.from('still here'));
  record.pipe.end();
  expect(await record.untilClose()).toBeUndefined();
  await until(() => Buffer.concat(received).toString() === 'still here');
});

test('8 MiB both ways arrive whole through small buffers', async () => {
  await using echo = await openEchoServer();
  const { near } = start({ host: '127.0.0.1', port: echo.port });
  const sent = Buffer.alloc(8 * 1024 * 1024, 'abcdefghijk');
  const received: Buffer[] = [];
  let offset = 0;
  const pump = (): void => {
    while (offset < sent.length) {
      const bytes = sent.subarray(offset, (offset += 60_000));
      if (!near.write(bytes)) return;
    }
    near.end();
  };
  const done = Promise.withResolvers<InterceptError | undefined>();
  near.attach({ onData: (bytes) => void received.push(bytes), onEnd: () => {}, onDrain: pump, onClose: done.resolve });
  near.resume();
  pump();
  expect(await done.promise).toBeUndefined();
  expect(Buffer.concat(received).equals(sent)).toBe(true);
});

test('a manager that does not read slows the local process down', async () => {
  let sentBytes = 0;
  await using server = await openServer((socket) => {
    const fill = (): void => {
      while (sentBytes < 64 * 1024 * 1024 && socket.write(Buffer.alloc(64 * 1024))) sentBytes += 64 * 1024;
    };
    socket.on('drain', fill).on('error', () => {});
    fill();
  });
  const { near } = start(server.at);
  const record = recordPipe(near, { paused: true });
  await untilStill(() => sentBytes);
  expect(sentBytes).toBeLessThan(32 * 1024 * 1024);
  near.reset(new InterceptError('canceled', 'enough'));
  await record.untilClose();
});

test('a local process that does not read slows the manager down', async () => {
  const sockets: Socket[] = [];
  await using server = await openServer((socket) => sockets.push(socket.pause().on('error', () => {})));
  const { near } = start(server.at);
  const record = recordPipe(near);
  let sentBytes = 0;
  await untilStill(() => {
    while (near.bufferedBytes === 0 && sentBytes < 64 * 1024 * 1024) {
      near.write(Buffer.alloc(256 * 1024));
      sentBytes += 256 * 1024;
    }
    return sentBytes;
  });
  expect(sentBytes).toBeLessThan(32 * 1024 * 1024);
  const drains = record.count('drain');
  sockets[0]?.resume();
  await record.untilDrain(drains + 1);
  near.reset(new InterceptError('canceled', 'enough'));
  await record.untilClose();
});

test('an abort on either side aborts the other', async () => {
  const leaks = watchLeaks();
  {
    const sockets: Socket[] = [];
    const errors: string[] = [];
    await using server = await openServer((socket) =>
      sockets.push(socket.on('error', (error: NodeJS.ErrnoException) => errors.push(error.code ?? ''))),
    );
    const aborted = recordPipe(start(server.at).near);
    await until(() => sockets.length === 1);
    aborted.pipe.reset(new InterceptError('canceled', 'gone'));
    await until(() => errors.includes('ECONNRESET'));

    const broken = recordPipe(start(server.at).near);
    await until(() => sockets.length === 2);
    sockets[1]?.resetAndDestroy();
    expect(await broken.untilClose()).toMatchObject({ code: 'upstream_unreachable' });
  }
  await leaks.expectNone();
});

test('localhost means 127.0.0.1, then ::1', async () => {
  await using six = await openServer((socket) => socket.end('six'), '::1');
  const record = recordPipe(start({ host: 'localhost', port: six.at.port }).near);
  expect((await record.untilBytes(3)).toString()).toBe('six');
  record.pipe.end();
  await record.untilClose();
  await using four = await openServer((socket) => socket.end('four'), '127.0.0.1');
  const second = recordPipe(start({ host: 'localhost', port: four.at.port }).near);
  expect((await second.untilBytes(4)).toString()).toBe('four');
  second.pipe.end();
  await second.untilClose();
});

test.each(['127.0.0.1', 'localhost', '::1'])('nothing listens at %s', async (host) => {
  const server = await openServer(() => {}, host === 'localhost' ? '127.0.0.1' : host);
  const { port } = server.at;
  await new Promise((resolve) => server.close(resolve));
  const { near, failures, clock } = start({ host, port });
  const record = recordPipe(near);
  const name = host === '::1' ? `[::1]:${port}` : `${host}:${port}`;
  expect(await record.untilClose()).toMatchObject({
    code: 'local_refused',
    message: `Nothing listens at ${name} on the developer's machine.`,
  });
  expect(failures).toHaveLength(1);
  expect(clock.pending).toBe(0);
});

test('a local process that does not accept within 5 s is given up [agent.localConnectMs]', async () => {
  const leaks = watchLeaks();
  {
    await using echo = await openEchoServer();
    const { near, clock, failures } = start({ host: '127.0.0.1', port: echo.port });
    // The connection is made in a later turn of the event loop.
    clock.advance(4_999);
    expect(failures).toEqual([]);
    clock.advance(1);
    expect(await recordPipe(near).untilClose()).toMatchObject({
      code: 'upstream_timeout',
      message: `127.0.0.1:${echo.port} did not accept a connection within 5 s.`,
    });
    expect(failures).toHaveLength(1);
    expect(clock.pending).toBe(0);
  }
  await leaks.expectNone();
});

test('a manager that gives up while connecting leaves nothing open', async () => {
  const leaks = watchLeaks();
  const { near, clock } = start({ host: '192.0.2.1', port: 9 });
  near.reset(new InterceptError('canceled', 'gone'));
  await recordPipe(near).untilClose();
  await until(() => clock.pending === 0);
  await leaks.expectNone();
});
