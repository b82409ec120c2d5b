import { connect as connectTls, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { silentLog, silentMetrics } from '@switchyard/contract';
import { createSystemClock } from '@switchyard/runtime';
import { openTestAuthority, until, watchLeaks, type CertificateTerms, type TestAuthority } from '@switchyard/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { createAccess, openTunnelServer, type ClientCertificates, type ServerIdentity, type TunnelServer } from '../src/index.ts';
import { carriers, intercept, openAgent, openManager, spec, type TestManager } from './manager.ts';

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

const refused = (message: RegExp) => ({ code: 'manager_unreachable', message: expect.stringMatching(message) });

test.each(carriers)('%s: a session over TLS, with the certificate that the manager wants', async (carrier) => {
  await using manager = await openManager({ tls: { identity: { ...identity, clientCa: authority.ca }, plaintextFromLoopback: false } });
  const own = await authority.issue();
  await using stranger = await openTestAuthority();
  const open = (certificates: ClientCertificates) => openAgent(manager.url, { access: createAccess({ carrier, certificates }) });
  await using agent = await open({ ca: authority.ca, ...own });
  expect(await agent.register(spec)).toMatchObject({ id: intercept });
  await expect(open({ ca: authority.ca })).rejects.toMatchObject(refused(/wants a client certificate/));
  await expect(open({ ca: authority.ca, ...(await stranger.issue()) })).rejects.toMatchObject(refused(/reached: https:/));
  await expect(open({ ca: authority.ca, cert: own.cert, key: identity.key })).rejects.toMatchObject({ code: 'bad_usage' });
});

test.each(carriers)('%s: a certificate that is not trusted, has expired or is for another name is named so', async (carrier) => {
  const outcome = async (own: ServerIdentity, certificates: ClientCertificates) => {
    await using manager = await openManager({ tls: { identity: own, plaintextFromLoopback: false } });
    return await openAgent(manager.url, { access: createAccess({ carrier, certificates }) });
  };
  const issue = async (terms: CertificateTerms) => ({ ...(await authority.issue(terms)), clientCa: undefined });
  await expect(outcome(identity, {})).rejects.toMatchObject(
    refused(/certificate of https:\/\/127\.0\.0\.1:\d+ is not trusted \([a-z ]+\)\.$/),
  );
  await expect(outcome(await issue({ expired: true }), { ca: authority.ca })).rejects.toMatchObject(refused(/has expired\.$/));
  await expect(outcome(await issue({ names: ['DNS:manager.corp'] }), { ca: authority.ca })).rejects.toMatchObject(
    refused(/is for other names/),
  );
});

test('plaintext is taken from this machine only where the server says so', async () => {
  await using strict = await openManager({ tls: { identity, plaintextFromLoopback: false } });
  const plain = ({ server: { port } }: TestManager): URL => new URL(`http://127.0.0.1:${port}`);
  await expect(openAgent(plain(strict))).rejects.toMatchObject(refused(/expects TLS/));
  await using loose = await openManager({ tls: { identity, plaintextFromLoopback: true } });
  await using agent = await openAgent(plain(loose));
  expect(await agent.register(spec)).toMatchObject({ id: intercept });
});
