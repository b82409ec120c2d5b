import { openTestAuthority } from '@switchyard/testkit';
import { expect, test } from 'vitest';
import { resolveAccess, type AccessFlags } from './manager-access.ts';

const url = new URL('https://manager.corp:7480');
const resolveWith = (env: Record<string, string>, flags: AccessFlags = {}) => resolveAccess({ cwd: '/', env }, flags);

test('without words: gRPC, then WebSocket, and no proxy', async () => {
  const access = await resolveWith({});
  expect(access.carriersFor(url)).toEqual(['grpc', 'websocket']);
  expect(access.proxyFor(url)).toBeUndefined();
});

test('a flag beats its variable; proxies come from the variables of everybody', async () => {
  const access = await resolveWith({ INTERCEPT_CARRIER: 'grpc', HTTPS_PROXY: 'http://proxy:3128' }, { carrier: 'websocket' });
  expect(access.carriersFor(url)).toEqual(['websocket']);
  expect(access.proxyFor(url)?.name).toBe('proxy:3128');
  expect((await resolveWith({ INTERCEPT_CARRIER: 'grpc' })).carriersFor(url)).toEqual(['grpc']);
});

test('certificates are read from files, by flag or variable', async () => {
  await using authority = await openTestAuthority();
  const { certFile, keyFile } = await authority.issue();
  const access = await resolveWith({ INTERCEPT_CA: authority.caFile, INTERCEPT_TLS_KEY: keyFile }, { 'tls-cert': certFile });
  expect(() => access.secureContext()).not.toThrow();
});

test.each([
  ['a carrier that is none', { INTERCEPT_CARRIER: 'pigeon' }, {}, /INTERCEPT_CARRIER: "pigeon" is none of auto, grpc, websocket/],
  ['a file that is not there', { INTERCEPT_CA: 'nowhere.crt' }, {}, /INTERCEPT_CA names a file that cannot be read: .*\/nowhere\.crt/],
  ['a flag of one', {}, { ca: 'nowhere.crt' }, /--ca names a file/],
  ['a certificate without its key', {}, { 'tls-cert': '/dev/null' }, /needs its key/],
])('%s is bad usage', async (_title, env, flags, message) => {
  await expect(resolveWith(env, flags)).rejects.toMatchObject({ code: 'bad_usage', message: expect.stringMatching(message) });
});
