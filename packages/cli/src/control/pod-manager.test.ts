import { InterceptError, silentLog, silentMetrics } from '@switchyard/contract';
import { createSystemClock } from '@switchyard/runtime';
import { openTestAuthority, type TestAuthority } from '@switchyard/testkit';
import { createAccess, openTunnelServer, protocolVersions, type Caller, type ManagerApi } from '@switchyard/tunnel';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findPodManager } from './pod-manager.ts';

const clock = createSystemClock();
let authority: TestAuthority;
beforeAll(async () => {
  authority = await openTestAuthority();
});
afterAll(() => authority[Symbol.asyncDispose]());

const refuse = (): Promise<never> => Promise.reject(new InterceptError('not_signed_in', 'Nobody is.'));

async function openManager(callers: Caller[], tls: boolean): Promise<{ readonly port: number } & AsyncDisposable> {
  const api: ManagerApi = {
    info: async (caller) => {
      callers.push(caller);
      return { version: '1', protocol: protocolVersions, auth: 'kubernetes', owner: undefined, now: undefined, policy: undefined };
    },
    listServices: refuse,
    listIntercepts: refuse,
    removeIntercepts: refuse,
    renewIntercept: refuse,
    explain: refuse,
    listEvents: refuse,
    followEvents: refuse,
  };
  const { cert, key } = await authority.issue();
  const identity = { cert, key, clientCa: undefined };
  return openTunnelServer(
    { clock, log: silentLog, metrics: silentMetrics },
    {
      accept: refuse,
      api,
      listen: { host: '127.0.0.1', port: 0 },
      ...(tls ? { tls: { identity, plaintextFromLoopback: false } } : {}),
    },
  );
}

test.for([
  { tls: false, namesAuthority: false, scheme: 'http', looks: 1 },
  { tls: false, namesAuthority: true, scheme: 'http', looks: 0 },
  { tls: true, namesAuthority: true, scheme: 'https', looks: 1 },
  // Whoever asks there learns that the certificate is not trusted, and how that is mended.
  { tls: true, namesAuthority: false, scheme: 'https', looks: 0 },
])('TLS $tls, authority named $namesAuthority: $scheme, and no token is shown', async ({ tls, namesAuthority, scheme, looks }) => {
  const callers: Caller[] = [];
  await using manager = await openManager(callers, tls);
  const access = createAccess(namesAuthority ? { certificates: { ca: authority.ca } } : {});
  const url = await findPodManager({ clock }, { access, owner: 'alice', namesAuthority }, `127.0.0.1:${manager.port}`);
  expect(url.origin).toBe(`${scheme}://127.0.0.1:${manager.port}`);
  expect(callers.map(({ token }) => token)).toEqual(Array.from({ length: looks }, () => undefined));
});

test('where nothing listens, what is asked next says so', async () => {
  const url = await findPodManager({ clock }, { access: createAccess(), owner: 'alice', namesAuthority: false }, '127.0.0.1:1');
  expect(url.protocol).toBe('http:');
});
