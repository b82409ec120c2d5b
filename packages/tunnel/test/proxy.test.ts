import { createSystemClock } from '@switchyard/runtime';
import { openTestAuthority, watchLeaks } from '@switchyard/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createAccess, openManagerClient, type AccessOptions } from '../src/index.ts';
import { openConnectProxy } from './fronts.ts';
import { carriers, intercept, openAgent, openManager, spec } from './manager.ts';

let leaks = watchLeaks();
beforeEach(() => {
  leaks = watchLeaks();
});
afterEach(() => leaks.expectNone());

async function useSession(url: URL, options: AccessOptions): Promise<void> {
  const access = createAccess(options);
  await using agent = await openAgent(url, { access });
  expect(await agent.register(spec)).toMatchObject({ id: intercept });
  await using client = openManagerClient({ url, access, owner: 'alice', token: undefined, clock: createSystemClock() });
  expect(await client.info()).toMatchObject({ owner: 'alice' });
}

test.each(carriers)('%s goes through a proxy that wants a password', async (carrier) => {
  await using manager = await openManager();
  await using proxy = await openConnectProxy('p@ss');
  const url = new URL(`http://manager.test:${manager.server.port}`);
  await useSession(url, { carrier, proxies: { HTTP_PROXY: `http://alice:p%40ss@127.0.0.1:${proxy.port}` } });
  expect(new Set(proxy.asked)).toEqual(new Set([`CONNECT manager.test:${manager.server.port} alice:p@ss`]));
});

test.each(carriers)('%s goes through a proxy to TLS, and the certificate is that of the manager', async (carrier) => {
  await using authority = await openTestAuthority();
  const identity = { ...(await authority.issue({ names: ['DNS:manager.test'] })), clientCa: undefined };
  await using manager = await openManager({ tls: { identity, plaintextFromLoopback: false } });
  await using proxy = await openConnectProxy();
  const proxies = { https_proxy: `127.0.0.1:${proxy.port}` };
  await useSession(new URL(`https://manager.test:${manager.server.port}`), { carrier, proxies, certificates: { ca: authority.ca } });
  expect(proxy.asked[0]).toBe(`CONNECT manager.test:${manager.server.port}`);
  await expect(
    useSession(new URL(`https://other.test:${manager.server.port}`), { carrier, proxies, certificates: { ca: authority.ca } }),
  ).rejects.toMatchObject({ code: 'manager_unreachable', message: expect.stringContaining('for other names') });
});

test.each(carriers)('%s: a proxy that refuses or is away is named, its password is not', async (carrier) => {
  await using proxy = await openConnectProxy('right');
  const url = new URL('http://manager.test:7480');
  const failing = async (proxies: AccessOptions['proxies']) => useSession(url, { carrier, proxies });
  await expect(failing({ http_proxy: `http://alice:wrong@127.0.0.1:${proxy.port}` })).rejects.toMatchObject({
    code: 'manager_unreachable',
    message: `The manager could not be reached: the proxy 127.0.0.1:${proxy.port} refused to connect to manager.test:7480: 407.`,
    hint: expect.stringContaining('USER:PASSWORD'),
  });
  await expect(failing({ http_proxy: 'http://alice:secret@127.0.0.1:1' })).rejects.toMatchObject({
    message: expect.stringMatching(/the proxy 127\.0\.0\.1:1 failed with ECONNREFUSED/),
  });
});

test('a manager of this machine is reached without the proxy', async () => {
  await using manager = await openManager();
  await useSession(manager.url, { proxies: { all_proxy: 'http://127.0.0.1:1', http_proxy: 'http://127.0.0.1:1' } });
});
