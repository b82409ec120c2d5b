import { connect as connectTls, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { silentLog, silentMetrics } from '@switchyard/contract';
import { createSystemClock } from '@switchyard/runtime';
import { openTestAuthority, until, watchLeaks, type TestAuthority } from '@switchyard/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { openTunnelServer, type ServerIdentity, type TunnelServer } from '../src/index.ts';

let authority: TestAuthority;
let identity: ServerIdentity;
beforeAll(async () => {
  authority = await openTestAuthority();
  identity = { ...(await authority.issue()), clientCa: undefined };
});
afterAll(() => authority[Symbol.asyncDispose]());

let leaks = watchLeaks();
beforeEach(() => {
  leaks = watchLeaks();
});
afterEach(() => leaks.expectNone());

function openServer(own: ServerIdentity): Promise<TunnelServer> {
  return openTunnelServer(
    { clock: createSystemClock(), log: silentLog, metrics: silentMetrics },
    {
      accept: () => Promise.reject(new Error('not reached')),
      api: {} as never,
      onRequest: (request, response, { remoteAddress }) => response.end(`${request.url} ${remoteAddress}`),
      listen: { host: '127.0.0.1', port: 0 },
      tls: { identity: own, plaintextFromLoopback: false },
    },
  );
}

/** What a handshake came to: the socket after it, or the code of its failure. */
async function shake(port: number, options: ConnectionOptions): Promise<TLSSocket | string> {
  const socket = connectTls({ port, host: '127.0.0.1', ca: authority.ca, ...options });
  return new Promise((resolve) => {
    socket.on('secureConnect', () => resolve(socket));
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  });
}

test('HTTP/1.1 over TLS is served, and knows where it comes from', async () => {
  await using server = await openServer(identity);
  const socket = await shake(server.port, { ALPNProtocols: ['http/1.1'] });
  if (typeof socket === 'string') throw new Error(socket);
  let answer = '';
  socket.on('data', (bytes) => (answer += bytes.toString()));
  socket.write('GET /hello HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n');
  await until(() => answer.endsWith('/hello 127.0.0.1'));
  socket.destroy();
});

test('TLS before 1.2 is refused', async () => {
  await using server = await openServer(identity);
  expect(await shake(server.port, { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' })).toMatch(/ALERT/);
});

test('another certificate is shown from its renewal on; what is none changes nothing', async () => {
  await using server = await openServer(identity);
  const next = await authority.issue();
  server.renewIdentity({ ...next, clientCa: undefined });
  expect(() => server.renewIdentity({ ...next, key: identity.key, clientCa: undefined })).toThrow(/key values mismatch/);
  const socket = await shake(server.port, {});
  if (typeof socket === 'string') throw new Error(socket);
  expect(next.cert).toContain(socket.getPeerX509Certificate()?.toString());
  socket.destroy();
});

test('a certificate that cannot be used is bad configuration', async () => {
  await expect(openServer({ cert: 'none', key: 'none', clientCa: undefined })).rejects.toMatchObject({ code: 'bad_config' });
});
