// Deadlines that libraries keep by the clock of the machine: none of them can be hurried.
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { silentLog, silentMetrics } from '@switchyard/contract';
import { createSystemClock } from '@switchyard/runtime';
import { openTestAuthority } from '@switchyard/testkit';
import { openTunnelServer, type TunnelServer, type TunnelServerOptions } from '@switchyard/tunnel';
import { expect, test } from 'vitest';

function openServer(tls?: TunnelServerOptions['tls']): Promise<TunnelServer> {
  return openTunnelServer(
    { clock: createSystemClock(), log: silentLog, metrics: silentMetrics },
    {
      accept: () => Promise.reject(new Error('not reached')),
      api: {} as never,
      proof: 'none',
      onRequest: (request, response) => void request.on('end', () => response.end()).resume(),
      listen: { host: '127.0.0.1', port: 0 },
      tls,
    },
  );
}

/** What a connection that begins with `bytes` is told until it ends, and after how many seconds that is; `goOn` sends more. */
async function outlast(
  { port }: TunnelServer,
  bytes: string | Buffer,
  goOn?: (socket: Socket) => void,
): Promise<{ readonly told: string; readonly seconds: number }> {
  const socket = connect(port, '127.0.0.1').on('error', () => {});
  const startMs = performance.now();
  let told = '';
  socket.on('data', (chunk: Buffer) => (told += chunk.toString('latin1')));
  socket.write(bytes);
  const timer = goOn === undefined ? undefined : setInterval(() => goOn(socket), 1_000);
  await once(socket, 'close');
  clearInterval(timer);
  return { told, seconds: (performance.now() - startMs) / 1_000 };
}

test.concurrent('a request whose head does not come to its end is refused after 5 s [tunnel.http1HeadMs]', async () => {
  await using server = await openServer();
  const { told, seconds } = await outlast(server, 'GET / HTTP/1.1\r\nhost: manager\r\n', (socket) => void socket.write('x: x\r\n'));
  expect(told).toMatch(/^HTTP\/1\.1 408 /);
  expect(seconds).toBeGreaterThan(4.9);
  expect(seconds).toBeLessThan(7);
});

test.concurrent('a request that is not whole after 10 s is refused [tunnel.http1RequestMs]', async () => {
  await using server = await openServer();
  const head = 'POST / HTTP/1.1\r\nhost: manager\r\ncontent-length: 100\r\n\r\n';
  const { told, seconds } = await outlast(server, head, (socket) => void socket.write('x'));
  expect(told).toMatch(/^HTTP\/1\.1 408 /);
  expect(seconds).toBeGreaterThan(9.9);
  expect(seconds).toBeLessThan(12.5);
});

test.concurrent('a connection without a next request is closed after 5 s [tunnel.http1IdleMs]', async () => {
  await using server = await openServer();
  const { told, seconds } = await outlast(server, 'GET / HTTP/1.1\r\nhost: manager\r\n\r\n');
  expect(told).toMatch(/^HTTP\/1\.1 200 /);
  expect(seconds).toBeGreaterThan(4.9);
  expect(seconds).toBeLessThan(7.5);
});

test.concurrent('a handshake of TLS that does not go on is given up after 5 s [tunnel.tlsHandshakeMs]', async () => {
  await using authority = await openTestAuthority();
  const identity = { ...(await authority.issue()), clientCa: undefined };
  await using server = await openServer({ identity, plaintextFromLoopback: false });
  const { told, seconds } = await outlast(server, Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01]));
  expect(told).toBe('');
  expect(seconds).toBeGreaterThan(4.9);
  expect(seconds).toBeLessThan(7);
});

test.concurrent('a WebSocket whose end is not answered is broken after 2 s [tunnel.webSocketCloseMs]', async () => {
  await using server = await openServer();
  const upgrade = [
    'GET /switchyard.tunnel.v1.TunnelService/Control HTTP/1.1',
    'host: manager',
    'connection: upgrade',
    'upgrade: websocket',
    'sec-websocket-version: 13',
    `sec-websocket-key: ${randomBytes(16).toString('base64')}`,
    'sec-websocket-protocol: switchyard.tunnel.v1',
  ];
  // A text, masked by nothing, which the protocol does not have (RFC 6455 section 5.2).
  const text = Buffer.from([0x81, 0x81, 0, 0, 0, 0, 0x78]);
  const { told, seconds } = await outlast(server, Buffer.concat([Buffer.from(`${upgrade.join('\r\n')}\r\n\r\n`), text]));
  expect(told).toMatch(/^HTTP\/1\.1 101 /);
  expect(told).toContain('\u0088\u0002\u0003\u00e8');
  expect(seconds).toBeGreaterThan(1.9);
  expect(seconds).toBeLessThan(4);
});
