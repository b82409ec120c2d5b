import { once } from 'node:events';
import { createServer, get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { until } from '@switchyard/testkit';
import { kubeLimits } from '../limits.ts';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openConnection, type KubeConnection } from './connection.ts';
import { hasKubeconfig } from './find-kubeconfig.ts';

const { signal } = new AbortController();
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kubeconfig-'));
});
afterAll(() => rm(folder, { recursive: true }));

interface Entry {
  readonly name: string;
  readonly server?: string;
  readonly user?: object;
  readonly namespace?: string;
}

/** Writes a kubeconfig with a cluster, a user and a context of each name. */
async function write(file: string, entries: readonly Entry[], current?: string): Promise<string> {
  const path = join(folder, file);
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: entries.map(({ name, server = `https://${name}:6443/base/` }) => ({ name, cluster: { server } })),
    users: entries.map(({ name, user = { token: `token-of-${name}` } }) => ({ name, user })),
    contexts: entries.map(({ name, namespace }) => ({
      name,
      context: { cluster: name, user: name, ...(namespace === undefined ? {} : { namespace }) },
    })),
    ...(current === undefined ? {} : { 'current-context': current }),
  };
  await writeFile(path, JSON.stringify(config));
  return path;
}

async function tokenOf(connection: KubeConnection): Promise<string | undefined> {
  return (await connection.toConnectOptions(signal)).headers['authorization'];
}

test('takes the current context, or the one that is named', async () => {
  const kubeconfig = await write('two', [{ name: 'a', namespace: 'shop' }, { name: 'b' }], 'a');
  using current = await openConnection({ kubeconfig });
  expect(current).toMatchObject({ context: 'a', namespace: 'shop', server: new URL('https://a:6443/base') });
  expect(await tokenOf(current)).toBe('Bearer token-of-a');
  using named = await openConnection({ kubeconfig, context: 'b' });
  expect(named).toMatchObject({ context: 'b', namespace: 'default' });
  expect(await tokenOf(named)).toBe('Bearer token-of-b');
  using elsewhere = await openConnection({ kubeconfig, namespace: 'carts' });
  expect(elsewhere.namespace).toBe('carts');
  using empty = await openConnection({ kubeconfig: await write('empty', [{ name: 'a', namespace: '' }], 'a') });
  expect(empty.namespace).toBe('default');
});

test('of several files the first that says something counts, and missing ones do not', async () => {
  const first = await write('first', [{ name: 'a', server: 'https://first' }]);
  const second = await write('second', [{ name: 'a', server: 'https://second' }, { name: 'b' }], 'b');
  const kubeconfig = [join(folder, 'none'), first, second].join(delimiter);
  using current = await openConnection({ kubeconfig });
  expect(current.context).toBe('b');
  using named = await openConnection({ kubeconfig, context: 'a' });
  expect(named.server.host).toBe('first');
});

test('says what is wrong with a kubeconfig', async () => {
  const refused = (options: Parameters<typeof openConnection>[0], message: string): Promise<void> =>
    expect(openConnection(options)).rejects.toMatchObject({ code: 'bad_config', message: expect.stringContaining(message) });
  await refused({ kubeconfig: join(folder, 'none') }, 'does not exist');
  const without = await write('without', [{ name: 'a' }]);
  await refused({ kubeconfig: without }, 'does not say which cluster');
  await refused({ kubeconfig: without, context: 'b' }, 'has no context b');
  const odd = await write('odd', [{ name: 'a', server: 'a:6443' }], 'a');
  await refused({ kubeconfig: odd }, 'is no address');
  await writeFile(join(folder, 'broken'), 'clusters: [');
  await refused({ kubeconfig: join(folder, 'broken') }, 'cannot be read');
});

test('speaks plain HTTP where the kubeconfig says so', async () => {
  const kubeconfig = await write('plain', [{ name: 'a', server: 'http://127.0.0.1:8001' }], 'a');
  using connection = await openConnection({ kubeconfig });
  expect((await connection.toConnectOptions(signal)).agent).toMatchObject({ protocol: 'http:' });
});

test('connections are kept for a while without a call [kube.idleMs]', async () => {
  await using server = createServer({ keepAliveTimeout: 60_000 }, (_request, response) => void response.end());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  using connection = await openConnection({ kubeconfig: await write('kept', [{ name: 'a', server: `http://127.0.0.1:${port}` }], 'a') });
  const { agent } = await connection.toConnectOptions(signal);
  const [response] = (await once(get({ port, host: '127.0.0.1', agent }), 'response')) as [IncomingMessage];
  const { socket } = response;
  await text(response);
  await until(() => Object.keys(agent.freeSockets).length === 1);
  expect(socket.timeout).toBe(kubeLimits.idleMs.value);
});

test('asks a plugin for credentials, and again when they expired', async () => {
  const counter = join(folder, 'count');
  const script = [
    `const fs = require('node:fs'); fs.appendFileSync(${JSON.stringify(counter)}, '.');`,
    `const token = 'token-' + fs.readFileSync(${JSON.stringify(counter)}).length;`,
    `const status = { token, expirationTimestamp: '2001-01-01T00:00:00Z' };`,
    `console.log(JSON.stringify({ apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential', status }));`,
  ].join('\n');
  const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: process.execPath, args: ['-e', script], interactiveMode: 'Never' };
  const kubeconfig = await write('plugin', [{ name: 'a', user: { exec } }], 'a');
  using connection = await openConnection({ kubeconfig });
  expect([await tokenOf(connection), await tokenOf(connection)]).toEqual(['Bearer token-1', 'Bearer token-2']);
});

test('a plugin that fails, or hangs, is told', async () => {
  const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: process.execPath, args: ['-e', 'process.exit(1)'] };
  using failing = await openConnection({ kubeconfig: await write('failing', [{ name: 'a', user: { exec } }], 'a') });
  await expect(failing.toConnectOptions(signal)).rejects.toMatchObject({ code: 'not_signed_in' });

  const hanging = { ...exec, args: ['-e', 'process.stdin.resume(); setTimeout(() => {}, 200)'] };
  using stuck = await openConnection({ kubeconfig: await write('hanging', [{ name: 'a', user: { exec: hanging } }], 'a') });
  const stop = new AbortController();
  const options = stuck.toConnectOptions(stop.signal);
  stop.abort();
  await expect(options).rejects.toMatchObject({ code: 'canceled' });
});

test('knows cheaply whether somebody said which cluster is meant', async () => {
  expect(hasKubeconfig({}, folder)).toBe(false);
  expect(hasKubeconfig({ KUBECONFIG: '' }, folder)).toBe(false);
  expect(hasKubeconfig({ KUBECONFIG: '/some/where' }, folder)).toBe(true);
});
