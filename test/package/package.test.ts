import { openTestAuthority } from '@switchyard/testkit';
import { execFile } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pickPort } from '../../tools/process/free-port.ts';
import { openProcessOwner } from '../../tools/process/process-owner.ts';
import { waitFor } from '../../tools/process/wait-for.ts';
import { listNodeReleases, openInstallation, type Installation } from './tarball.ts';

const run = promisify(execFile);
const releases = await listNodeReleases();
let installation: Installation;

beforeAll(async () => {
  installation = await openInstallation();
}, 60_000);

afterAll(async () => {
  await installation[Symbol.asyncDispose]();
});

const program = (name: string): string => join(installation.bin, name);

test('the tarball asks for nothing else and brings its licences', async () => {
  const manifest = JSON.parse(await readFile(join(installation.folder, 'package.json'), 'utf8'));
  expect(Object.keys(manifest).toSorted()).toEqual(['bin', 'description', 'engines', 'files', 'license', 'name', 'type', 'version']);
  const { stdout } = await run('tar', ['tzf', installation.tarball]);
  const names = stdout.trim().split('\n');
  expect(names).toEqual(expect.arrayContaining(['package/LICENSE', 'package/README.md', 'package/dist/schema/manager.schema.json']));
  expect(names.filter((name) => !/^package\/(?:dist\/|LICENSE$|README\.md$|package\.json$)/.test(name))).toEqual([]);
  expect(await readFile(join(installation.folder, 'dist/THIRD-PARTY-NOTICES.txt'), 'utf8')).toMatch(/@grpc\/grpc-js [\s\S]*Apache License/);
});

test('the bill of materials names every package of the bundles, with a licence that may be shipped', async () => {
  const read = async (name: string): Promise<string> => await readFile(join(installation.folder, 'dist', name), 'utf8');
  const { components } = JSON.parse(await read('sbom.cdx.json')) as { components: readonly SbomComponent[] };
  const named = components.filter(({ group }) => group !== '@switchyard');
  const toName = ({ group, name, version }: SbomComponent): string => `${group === undefined ? '' : `${group}/`}${name} ${version}`;
  const noticed = [...(await read('THIRD-PARTY-NOTICES.txt')).matchAll(/^-{78}\n\n(.+) \(.+\)$/gm)].map((match) => match[1]);
  expect(new Set(named.map(toName))).toEqual(new Set(noticed));
  const licences = new Set(
    named.flatMap(({ licenses = [] }) =>
      licenses.flatMap(({ license, expression }) => (license?.id ?? expression ?? 'none').split(/ AND |[()]/)),
    ),
  );
  expect([...licences].filter((id) => !['', 'MIT', 'ISC', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', '0BSD'].includes(id))).toEqual([]);
  expect(named.filter(({ externalReferences = [] }) => !externalReferences.some(({ hashes = [] }) => hashes.length > 0))).toEqual([]);
});

interface SbomComponent {
  readonly group?: string;
  readonly name: string;
  readonly version: string;
  readonly licenses?: readonly { readonly license?: { readonly id?: string }; readonly expression?: string }[];
  readonly externalReferences?: readonly { readonly hashes?: readonly unknown[] }[];
}

test.for<[library: string, mark: string]>([
  ['the language of policies', 'maxAstNodes'],
  ['kubeconfigs', 'loadFromClusterAndUser'],
  ['signing in', 'device_authorization_endpoint'],
])('a start of intercept does not read the library for %s', async ([, mark]) => {
  const folder = join(installation.folder, 'dist/intercept');
  const names = await readdir(folder);
  const texts = new Map<string, string>();
  const follow = async (name: string): Promise<void> => {
    if (texts.has(name)) return;
    const text = await readFile(join(folder, name), 'utf8');
    texts.set(name, text);
    for (const [, next = ''] of text.matchAll(/(?:from|import)"\.\/([^"]+)"/g)) await follow(next);
  };
  await follow(names.find((name) => name.startsWith('main-')) ?? '');
  expect(texts.size).toBeGreaterThan(1);
  expect([...texts].filter(([, text]) => text.includes(mark)).map(([name]) => name)).toEqual([]);
  expect((await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')))).some((text) => text.includes(mark))).toBe(true);
});

test('the programs are commands by themselves', async () => {
  const { stdout } = await run(program('intercept'), ['--version']);
  const manifest = JSON.parse(await readFile(join(installation.folder, 'package.json'), 'utf8'));
  expect(stdout.trim()).toBe(manifest.version);
});

describe.for(releases)('on Node.js $version', ({ path: node }) => {
  test.for(['intercept', 'switchyard-manager'])('%s says its version and how to use it, in silence otherwise', async (name) => {
    expect(await run(node, [program(name), '--version'])).toEqual({ stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/), stderr: '' });
    expect(await run(node, [program(name), '--help'])).toEqual({ stdout: expect.stringContaining(name), stderr: '' });
  });

  test.for([
    { name: 'intercept', args: ['frobnicate'] },
    { name: 'intercept', args: ['run'] },
    { name: 'switchyard-manager', args: ['--config', 'missing.yaml'] },
  ])('$name $args is refused with code 2', async ({ name, args }) => {
    await expect(run(node, [program(name), ...args])).rejects.toMatchObject({ code: 2, stdout: '' });
  });

  test('a request with the key reaches the program that `intercept run` started, and no other does', { timeout: 30_000 }, async () => {
    await using owner = openProcessOwner('switchyard-package-run', { PATH: process.env['PATH'], HOME: '/nonexistent' });
    await using baseline = await openBaseline();
    const [api, health, routed] = [await pickPort(), await pickPort(), await pickPort()];
    const config = join(owner.folder, 'manager.yaml');
    await writeFile(config, toConfig({ api, health, routed, origin: baseline.port }));
    const manager = owner.start('manager', node, { args: [program('switchyard-manager'), '--config', config] });
    await manager.listening(routed);
    const args = ['run', 'orders', '--key', 'alice', '--manager', `http://127.0.0.1:${api}`, '--', node, '-e', ownService];
    const intercept = owner.start('intercept', node, {
      args: [program('intercept'), ...args],
      env: { INTERCEPT_USER: 'alice', XDG_CONFIG_HOME: owner.folder },
    });
    const get = async (key: string): Promise<string> => {
      intercept.assertRunning();
      return (await fetch(`http://127.0.0.1:${routed}/`, { headers: { 'x-intercept-id': key, connection: 'close' } })).text();
    };

    await waitFor(async () => (await get('alice')) === 'alice', { what: "alice's own service to answer", timeoutMs: 15_000 });
    expect(await get('bob')).toBe('baseline');

    await intercept.stop();
    expect(await waitForText(() => fetchText(routed), 'baseline')).toBe('baseline');
    await manager.stop();
    expect(manager.readLog()).not.toMatch(/"level":"error"/);
  });

  test('a manager with TLS is trusted by the authority of --ca', { timeout: 30_000 }, async () => {
    await using owner = openProcessOwner('switchyard-package-tls', { PATH: process.env['PATH'], HOME: '/nonexistent' });
    await using authority = await openTestAuthority();
    const { certFile, keyFile } = await authority.issue();
    const [api, health, routed] = [await pickPort(), await pickPort(), await pickPort()];
    const config = join(owner.folder, 'manager.yaml');
    const tls = `tls: ${JSON.stringify({ certFile, keyFile })}\n`;
    await writeFile(config, toConfig({ api, health, routed, origin: 1 }) + tls);
    const manager = owner.start('manager', node, { args: [program('switchyard-manager'), '--config', config] });
    await manager.listening(routed);
    const list = [program('intercept'), 'list', '-o', 'json', '--manager', `https://127.0.0.1:${api}`];
    const env = { INTERCEPT_USER: 'alice', XDG_CONFIG_HOME: owner.folder };
    expect(await run(node, [...list, '--ca', authority.caFile], { env })).toEqual({ stdout: expect.stringContaining('[]'), stderr: '' });
    await expect(run(node, list, { env })).rejects.toMatchObject({ code: 1 });
    await manager.stop();
  });
});

const ownService =
  "require('node:http').createServer((_, response) => response.end(process.env.INTERCEPT_KEY)).listen(process.env.PORT, '127.0.0.1')";

function toConfig(ports: { api: number; health: number; routed: number; origin: number }): string {
  return `apiVersion: switchyard.dev/v1
kind: Manager
listen: 127.0.0.1:${ports.api}
health: 127.0.0.1:${ports.health}
auth: { mode: none }
services:
  - name: orders
    ports:
      - { name: http, listen: 127.0.0.1:${ports.routed}, origin: 127.0.0.1:${ports.origin} }
`;
}

async function fetchText(port: number): Promise<string> {
  return (await fetch(`http://127.0.0.1:${port}/`, { headers: { 'x-intercept-id': 'alice', connection: 'close' } })).text();
}

async function waitForText(get: () => Promise<string>, wanted: string): Promise<string> {
  let last = '';
  await waitFor(async () => (last = await get()) === wanted, { what: `the answer ${wanted}` });
  return last;
}

async function openBaseline(): Promise<AsyncDisposable & { readonly port: number }> {
  const server: Server = createServer((_, response) => response.end('baseline'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('A TCP server has no TCP address.');
  return {
    port: address.port,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
