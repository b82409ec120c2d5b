import { silentLog, toLimitValues } from '@switchyard/contract';
import { createMetrics, createSystemClock } from '@switchyard/runtime';
import { createFakeClock, openTestAuthority, until, type TestAuthority } from '@switchyard/testkit';
import { createAccess, openManagerClient } from '@switchyard/tunnel';
import { copyFile } from 'node:fs/promises';
import { connect } from 'node:tls';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TlsFiles } from '../config/manager-config.ts';
import { managerLimits } from '../limits.ts';
import { createTestClusterApi } from '../../test/cluster-api.ts';
import { openApiServer, type ApiServer } from './open-api-server.ts';

let authority: TestAuthority;
let files: TlsFiles;
beforeAll(async () => {
  authority = await openTestAuthority();
  files = await authority.issue();
});
afterAll(() => authority[Symbol.asyncDispose]());

const clock = createSystemClock();

function open(tls: TlsFiles | 'elsewhere' | undefined, proof: 'none' | 'key', serverClock = clock): Promise<ApiServer> {
  return openApiServer(
    { clock: serverClock, log: silentLog, metrics: createMetrics() },
    { listen: { host: '127.0.0.1', port: 0 }, tls, api: { hosts: [] }, limits: toLimitValues(managerLimits) },
    {
      accept: () => Promise.reject(new Error('not reached')),
      api: createTestClusterApi(),
      proof,
    },
  );
}

async function ask(url: string): Promise<string> {
  const access = createAccess({ certificates: { ca: authority.ca } });
  await using client = openManagerClient({ url: new URL(url), access, owner: 'alice', token: undefined, clock });
  return await client.info().then(
    ({ auth }) => auth,
    (error: Error) => error.message,
  );
}

test.each([
  [undefined, 'none', 'http', 'https', /does not speak TLS/],
  ['elsewhere', 'none', 'http', 'https', /does not speak TLS/],
  ['files', 'none', 'https', 'http', /expects TLS/],
] as const)('tls %s and proof %s: %s works, %s is refused with the reason', async (tls, proof, spoken, other, refusal) => {
  await using server = await open(tls === 'files' ? files : tls, proof);
  expect(server.url).toBe(`${spoken}://127.0.0.1:${server.port}`);
  expect(await ask(server.url)).toBe('kubernetes');
  expect(await ask(`${other}://127.0.0.1:${server.port}`)).toMatch(refusal);
});

test('where agents prove a key, a forward into the pod may come in plaintext beside TLS', async () => {
  await using server = await open(files, 'key');
  expect(server.url).toMatch(/^https:/);
  expect(await ask(server.url)).toBe('kubernetes');
  expect(await ask(`http://127.0.0.1:${server.port}`)).toBe('kubernetes');
});

test('a certificate that is renewed on disk is shown', async () => {
  const fakeClock = createFakeClock();
  const own = await authority.issue();
  await using server = await open(own, 'none', fakeClock);
  const next = await authority.issue();
  await Promise.all([copyFile(next.certFile, own.certFile), copyFile(next.keyFile, own.keyFile)]);
  const shown = async (): Promise<string | undefined> => {
    const socket = connect({ host: '127.0.0.1', port: server.port, ca: authority.ca });
    await new Promise((resolve) => void socket.on('secureConnect', resolve));
    const text = socket.getPeerX509Certificate()?.toString();
    socket.destroy();
    return text;
  };
  expect(next.cert).not.toContain(await shown());
  fakeClock.advance(10_000);
  await until(async () => next.cert.includes((await shown()) ?? 'none'));
});
