import { createFakeClock, until } from '@switchyard/testkit';
import { connect, type Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { openConnections } from './connections.ts';

async function withConnections(
  strangers: number,
  act: (open: (from: string) => Promise<Socket>, size: () => number) => Promise<void>,
): Promise<void> {
  const seen = new Set<Socket>();
  const connections = await openConnections(
    createFakeClock(),
    { host: '127.0.0.1', port: 0 },
    {
      strangers,
      proofMs: 30_000,
      onConnection: (socket) => void seen.add(socket),
    },
  );
  const opened: Socket[] = [];
  const open = async (localAddress: string): Promise<Socket> => {
    const before = seen.size;
    const socket = connect({ host: '127.0.0.1', port: connections.port, localAddress }).on('error', () => {});
    opened.push(socket);
    await until(() => seen.size > before);
    return socket;
  };
  await act(open, () => [...seen].filter(({ destroyed }) => !destroyed).length);
  for (const socket of opened) socket.destroy();
  await connections.close();
}

test('a caller that takes all connections keeps nobody else out [tunnel.strangerConnections]', async () => {
  await withConnections(4, async (open, size) => {
    const flood: Socket[] = [];
    for (let count = 0; count < 20; count++) flood.push(await open('127.0.0.2'));
    const agent = await open('127.0.0.3');
    await open('127.0.0.2');
    await until(() => flood.filter(({ destroyed }) => destroyed).length === 18);
    expect([agent.destroyed, size()]).toEqual([false, 4]);
  });
});

test('a manager that stops breaks connections that do not end within half a second [tunnel.stopMs]', async () => {
  const clock = createFakeClock();
  const options = { strangers: 10, proofMs: 30_000, onConnection: (socket: Socket) => void socket.resume() };
  const connections = await openConnections(clock, { host: '127.0.0.1', port: 0 }, options);
  const socket = connect(connections.port, '127.0.0.1').resume();
  await until(() => clock.pending === 1);
  let isClosed = false;
  const closed = connections.close().then(() => (isClosed = true));
  clock.advance(499);
  await setImmediate();
  expect([isClosed, socket.destroyed]).toEqual([false, false]);
  clock.advance(1);
  await closed;
  await until(() => socket.destroyed);
  expect(clock.pending).toBe(0);
});
