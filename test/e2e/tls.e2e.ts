import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { must } from '../../tools/process/run.ts';
import { kubectl } from './support/cluster.ts';
import { openDeveloper, type Developer } from './support/developer.ts';
import { evidence } from './support/evidence.ts';
import { openForward } from './support/forward.ts';
import { installManager } from './support/install.ts';
import { openNamespace } from './support/namespace.ts';
import { openPeople } from './support/people.ts';
import { openShop } from './support/stage.ts';
import { openToolbox, type Toolbox } from './support/toolbox.ts';

const stack = new AsyncDisposableStack();
let namespace: string;
let toolbox: Toolbox;
let alice: Developer;
/** The certificate, which is its own authority. */
let certificate: string;

beforeAll(async () => {
  ({ name: namespace } = stack.use(await openNamespace('tls')));
  const folder = await mkdtemp(join(tmpdir(), 'switchyard-tls-'));
  stack.defer(async () => rm(folder, { recursive: true, force: true }));
  certificate = join(folder, 'tls.crt');
  const key = join(folder, 'tls.key');
  const names = `subjectAltName=DNS:switchyard-manager,DNS:switchyard-manager.${namespace}.svc,IP:127.0.0.1`;
  const request = [
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-noenc',
    '-keyout',
    key,
    '-subj',
    '/CN=manager',
    '-addext',
    names,
  ];
  await must('openssl', ['req', '-x509', '-days', '1', ...request, '-out', certificate]);
  await kubectl(['create', 'secret', 'tls', 'manager-tls', `--cert=${certificate}`, `--key=${key}`, '-n', namespace]);
  const values = ['tls.secretName=manager-tls', 'networkPolicies.enabled=true', 'config.api.hosts={switchyard-manager}'];
  [toolbox] = await Promise.all([openToolbox(namespace), openShop(namespace), installManager(namespace, { values })]);
  const people = stack.use(await openPeople(namespace));
  alice = stack.use(await openDeveloper(await people.invite('alice@shop.example', 'edit')));
});
afterAll(async () => stack.disposeAsync());

test('a pod speaks TLS with the manager, and no plaintext', async () => {
  const source = `
    import { get } from 'node:https';
    import { get as getPlain } from 'node:http';
    const ca = ${JSON.stringify(await readFile(certificate, 'utf8'))};
    const ask = (get, options) => new Promise((resolve) => {
      const request = get({ host: 'switchyard-manager', port: 7480, path: '/api/v1/manager', ...options }, (response) => {
        response.resume();
        resolve('HTTP ' + response.statusCode);
      });
      request.on('error', (error) => resolve(error.code));
    });
    console.log(JSON.stringify([await ask(get, { ca }), await ask(get, {}), await ask(getPlain, {})]));`;
  const [trusted, untrusted, plain] = JSON.parse(await toolbox.script(source)) as readonly string[];
  evidence('the manager’s port, from a pod', {
    'with its authority': trusted ?? '',
    without: untrusted ?? '',
    'in plaintext': plain ?? '',
  });
  expect(trusted).toBe('HTTP 200');
  expect(untrusted).toMatch(/SELF_SIGNED/);
  expect(plain).not.toMatch(/^HTTP/);
});

test.for(['--manager', 'the port-forward'] as const)('intercept run works by %s', async (way) => {
  await using forward = await openForward(namespace, 'service/switchyard-manager', 7480);
  const named = way === '--manager' ? ['--manager', `https://127.0.0.1:${forward.port}`, '--ca', certificate] : [];
  const run = await alice.answer('orders', 'alice', ...named);
  const report = await toolbox.load({ url: 'http://orders/', requests: 200, callers: 2, keys: [null, 'alice'] }).report;
  await run.stop();
  evidence(`TLS, by ${way}`, { answers: JSON.stringify(report.answers), failed: report.failed, misrouted: report.misrouted });
  expect(report).toMatchObject({ misrouted: 0, failed: 0 });
  expect(report.answers['alice>alice']).toBe(100);
});

test('without its authority the certificate is not believed', async () => {
  await using forward = await openForward(namespace, 'service/switchyard-manager', 7480);
  const { exitCode, stderr } = await alice.intercept(
    'run',
    'orders',
    '--key',
    'alice',
    '--manager',
    `https://127.0.0.1:${forward.port}`,
    '--',
    'true',
  );
  evidence('TLS, without the authority', { says: stderr.trim() });
  expect([exitCode === 0, stderr]).toEqual([false, expect.stringMatching(/certificate/i)]);
});
