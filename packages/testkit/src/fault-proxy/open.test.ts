import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openEchoServer } from '../echo-server.ts';
import { watchLeaks } from '../leaks.ts';
import { until } from '../until.ts';
import type { Faults } from './faults.ts';
import { openFaultProxy, type FaultProxy } from './open.ts';

let leaks = watchLeaks();
beforeEach(() => {
  leaks = watchLeaks();
});
afterEach(() => leaks.expectNone());

interface Client extends Disposable {
  readonly socket: Socket;
  readonly pieces: readonly Buffer[];
  readonly bytes: Buffer;
  /** The code of its error, `closed` or `ended`; undefined while it is whole. */
  readonly end: string | undefined;
}

async function openClient(port: number): Promise<Client> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
  const pieces: Buffer[] = [];
  let end: string | undefined;
  socket.on('data', (bytes: Buffer) => void pieces.push(bytes));
  socket.on('end', () => void (end ??= 'ended'));
  socket.on('error', (error: NodeJS.ErrnoException) => void (end = error.code ?? 'error'));
  socket.on('close', () => void (end ??= 'closed'));
  await until(() => !socket.connecting);
  return {
    socket,
    pieces,
    get bytes() {
      return Buffer.concat(pieces);
    },
    get end() {
      return end;
    },
    [Symbol.dispose]: () => void socket.destroy(),
  };
}

async function withEcho(faults: Faults, run: (client: Client, proxy: FaultProxy) => Promise<void>): Promise<void> {
  await using echo = await openEchoServer();
  await using proxy = await openFaultProxy(echo.port, faults);
  using client = await openClient(proxy.port);
  await run(client, proxy);
}

test('without faults everything passes, half by half', () =>
  withEcho({}, async (client) => {
    const sent = Buffer.alloc(20 * 1024 * 1024, 'switchyard');
    client.socket.end(sent);
    await until(() => client.pieces.reduce((sum, { length }) => sum + length, 0) === sent.length);
    expect(client.bytes.equals(sent)).toBe(true);
    await until(() => client.socket.destroyed);
  }));

test('bytes come one by one', () =>
  withEcho({ pieceBytes: (sent) => (sent < 5 ? 1 : 3) }, async (client) => {
    client.socket.write('abcdefghijk');
    await until(() => client.bytes.length === 11);
    expect(client.pieces.map(String)).toEqual(['a', 'b', 'c', 'd', 'e', 'fgh', 'ijk']);
  }));

test('bytes come later, in order', () =>
  withEcho({ delayMs: 30 }, async (client) => {
    const start = performance.now();
    client.socket.write('one');
    await until(() => client.bytes.length === 3);
    expect(performance.now() - start).toBeGreaterThan(55);
    client.socket.write('two');
    client.socket.end('three');
    await until(() => client.end === 'ended');
    expect(client.bytes.toString()).toBe('onetwothree');
  }));

test.each([['up'], ['down']] as const)('%s can stall, and goes on with nothing lost', async (way) => {
  await withEcho({ stalled: [way] }, async (client, proxy) => {
    client.socket.end('waits');
    await until(() => proxy.connections === 1);
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(client.pieces).toEqual([]);
    expect(client.end).toBeUndefined();
    proxy.set({});
    await until(() => client.end === 'ended');
    expect(client.bytes.toString()).toBe('waits');
  });
});

test('a connection is reset after so many bytes', () =>
  withEcho({ cutAfterBytes: { down: 4 } }, async (client, proxy) => {
    client.socket.write('abcdefgh');
    await until(() => client.end !== undefined);
    expect(client.end).toBe('ECONNRESET');
    expect('abcd'.startsWith(client.bytes.toString())).toBe(true);
    await until(() => proxy.connections === 0);
  }));

test.each([
  ['reset', 'ECONNRESET'],
  ['end', 'ended'],
] as const)('all connections can be cut: %s', async (how, end) => {
  await withEcho({}, async (client, proxy) => {
    client.socket.write('x');
    await until(() => client.bytes.length === 1);
    proxy.cut(how);
    await until(() => client.end !== undefined);
    expect(client.end).toBe(end);
    using next = await openClient(proxy.port);
    next.socket.write('y');
    await until(() => next.bytes.length === 1);
  });
});

test('one half can end while the other goes on', () =>
  withEcho({}, async (client, proxy) => {
    client.socket.write('x');
    await until(() => client.bytes.length === 1);
    proxy.endHalf('down');
    await until(() => client.end === 'ended');
    client.socket.write('still taken');
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(client.socket.destroyed).toBe(false);
  }));

test('new connections can be refused', () =>
  withEcho({}, async (_client, proxy) => {
    proxy.set({ refusing: true });
    using refused = await openClient(proxy.port);
    await until(() => refused.end === 'ECONNRESET');
  }));

test('a server that is away resets its callers', async () => {
  const echo = await openEchoServer();
  await using proxy = await openFaultProxy(echo.port);
  await echo[Symbol.asyncDispose]();
  using client = await openClient(proxy.port);
  await until(() => client.end === 'ECONNRESET');
});
