import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { openRawClient } from '@switchyard/testkit';
import { expect, test } from 'vitest';
import { sortSocket } from './sort-socket.ts';

/** What became of connections: who was given which one, and what it then read. */
async function withSorter(
  act: (port: number, given: { readonly to: string; readonly socket: Socket }[]) => Promise<void>,
  withTls = false,
): Promise<void> {
  const given: { readonly to: string; readonly socket: Socket }[] = [];
  const server = createServer((socket) =>
    sortSocket(
      socket.on('error', () => {}),
      {
        ...(withTls ? { tls: () => void given.push({ to: 'tls', socket }) } : {}),
        http1: () => void given.push({ to: 'http1', socket }),
        http2: () => void given.push({ to: 'http2', socket }),
      },
    ),
  );
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  await act(typeof address === 'object' && address !== null ? address.port : 0, given);
  server.close();
}

const cases = [
  ['GET / HTTP/1.1\r\n\r\n', 'http1'],
  ['PUT / HTTP/1.1\r\n\r\n', 'http1'],
  ['PROPFIND / HTTP/1.1\r\n\r\n', 'http1'],
  ['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'http2'],
  ['\u0016\u0003\u0001', 'http1'],
] as const;

test.for(cases)('%j goes to %s, and every byte of it, however it is cut', async ([text, to]) => {
  await withSorter(async (port, given) => {
    await using client = await openRawClient(port);
    await client.sendPieces(Array.from(text, (char) => Buffer.from(char, 'latin1')));
    client.end();
    await expect.poll(() => given.length).toBe(1);
    const [first] = given;
    const chunks: Buffer[] = await (first?.socket.toArray() ?? []);
    expect([first?.to, Buffer.concat(chunks).toString('latin1')]).toEqual([to, text]);
  });
});

test('a connection that ends before it said enough is given to nobody', async () => {
  await withSorter(async (port, given) => {
    const socket = connect(port, '127.0.0.1').resume();
    socket.end('PR');
    await once(socket, 'close');
    expect(given).toEqual([]);
  });
});

test('a handshake of TLS goes to who speaks it, with every byte', async () => {
  await withSorter(async (port, given) => {
    await using client = await openRawClient(port);
    client.send('\u0016\u0003\u0001');
    client.end();
    await expect.poll(() => given.length).toBe(1);
    expect([given[0]?.to, String(given[0]?.socket.read())]).toEqual(['tls', '\u0016\u0003\u0001']);
  }, true);
});
