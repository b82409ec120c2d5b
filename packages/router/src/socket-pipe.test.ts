import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import type { Pipe } from '@switchyard/contract';
import { createFakeClock, pipeCompliance, recordPipe, until, type PipePair } from '@switchyard/testkit';
import { expect, test } from 'vitest';
import { dialSocket } from './dial/dial-socket.ts';
import { SocketPipe } from './socket-pipe.ts';

/** A connection over the loopback interface: the dialled end as `dial` makes it of the port, and the accepted socket. */
async function openSockets<Dialled>(
  dial: (port: number) => Promise<Dialled>,
): Promise<{ dialled: Dialled; accepted: Socket; close(): Promise<void> }> {
  const server = createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: true });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const [dialled, [accepted]] = await Promise.all([dial(port), once(server, 'connection') as Promise<[Socket]>]);
  const close = async (): Promise<void> => {
    accepted.destroy();
    server.close();
    await once(server, 'close');
  };
  return { dialled, accepted, close };
}

async function openPair(): Promise<PipePair> {
  const { signal } = new AbortController();
  const { dialled, accepted, close } = await openSockets((port) =>
    dialSocket({ host: '127.0.0.1', port }, { clock: createFakeClock(), timeoutMs: 1000, signal }),
  );
  return { a: dialled, b: new SocketPipe(accepted, 'canceled'), close };
}

pipeCompliance('SocketPipe', openPair, { resetCarriesCode: false });

test('a reset of the peer is a loss with the code that was named', async () => {
  const { dialled, accepted, close } = await openSockets(async (port) => {
    const socket = connect({ port, host: '127.0.0.1' });
    await once(socket, 'connect');
    return socket;
  });
  const record = recordPipe(new SocketPipe(accepted, 'tunnel_lost'));
  dialled.resetAndDestroy();
  const error = await record.untilClose();
  expect([error?.code, record.count('end')]).toEqual(['tunnel_lost', 0]);
  await close();
});

test('bytes that a handler keeps are not overwritten by those that come later, on any connection', async () => {
  const pairs = await Promise.all([openPair(), openPair()]);
  const records = pairs.map(({ a }) => recordPipe(a));
  const say = (pipe: Pipe, letter: string): boolean => pipe.write(Buffer.alloc(1000, letter));
  for (const letter of 'abcdef') {
    for (const [index, { b }] of pairs.entries()) {
      recordPipe(b);
      say(b, index === 0 ? letter : letter.toUpperCase());
    }
    await until(() => records.every((record) => record.byteCount === 1000 * (letter.charCodeAt(0) - 96)));
  }
  const expected = 'abcdef'.replace(/./g, (letter) => letter.repeat(1000));
  expect(records.map((record) => record.bytes().toString())).toEqual([expected, expected.toUpperCase()]);
  for (const { close } of pairs) await close();
});

test('many small pieces for a slow peer stop their source, and it goes on when they are gone [router.pendingWrites]', async () => {
  const { a, b, close } = await openPair();
  const record = recordPipe(a);
  b.attach({ onData: () => {}, onEnd: () => {}, onDrain: () => {}, onClose: () => {} });
  // The peer reads nothing: at some point a large piece waits, and small ones behind it.
  while (a.bufferedBytes === 0) a.write(Buffer.alloc(1024 * 1024));
  let pieces = 0;
  while (pieces < 10_000 && a.write(Buffer.from('x'))) pieces++;
  expect(pieces).toBeLessThan(300);
  const drains = record.count('drain');
  b.resume();
  await until(() => record.count('drain') > drains);
  expect(a.write(Buffer.from('x'))).toBe(true);
  await close();
});
