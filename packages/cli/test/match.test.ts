import { afterAll, beforeAll, expect, test, vi, type TestContext } from 'vitest';
import { openFolder, openFreePort, openManagerProgram, startIntercept, type InterceptProgram, type ManagerProgram } from './programs.ts';
import { runInProcess, type Outcome } from './run-in-process.ts';

// Real programs take their time on a busy machine.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const stack = new AsyncDisposableStack();
let manager: ManagerProgram;
let local: { readonly port: number };

beforeAll(async () => {
  manager = stack.use(await openManagerProgram(undefined, '{ keyless: true }'));
  local = stack.use(await openFreePort('mine'));
});
afterAll(() => stack.disposeAsync());

function start({ onTestFinished }: TestContext, user: string, args: readonly string[], cwd?: string): InterceptProgram {
  const env = { INTERCEPT_MANAGER: manager.url, INTERCEPT_USER: user };
  const program = startIntercept(args, cwd === undefined ? { env } : { env, cwd });
  onTestFinished(() => program.kill('SIGKILL'));
  return program;
}

function intercept(user: string, ...argv: readonly string[]): Promise<Outcome> {
  return runInProcess(argv, { env: { INTERCEPT_USER: user, INTERCEPT_MANAGER: manager.url } });
}

/** Requests a path of `orders` with headers; answers the body. */
async function request(path: string, headers: Readonly<Record<string, string>>): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${manager.ordersPort}${path}`, { headers: { connection: 'close', ...headers } });
  return response.text();
}

const key = { 'x-intercept-id': 'alice' };

test('conditions choose among the requests with the key, and everybody can see them; a shared key is joined', async (context) => {
  const flags = ['--header', 'x-team=blue', '--header', 'x-debug', '--path', '/api', '--share-with', 'bob'];
  const alice = start(context, 'alice', ['run', 'orders', '--port', String(local.port), ...flags]);
  await alice.says('expires');
  expect(alice.stderr).toContain(`requests for orders with your key that match reach localhost:${local.port}\n`);
  expect(alice.stderr).toContain('  match    the header x-team is "blue" and the header x-debug is there and the path begins with /api\n');
  expect(alice.stderr).toContain(
    `  try      curl -H 'x-intercept-id: alice' -H 'x-team: blue' -H 'x-debug: 1' http://127.0.0.1:${manager.ordersPort}/api\n`,
  );
  expect(await request('/api/1', { ...key, 'x-team': 'blue', 'x-debug': '' })).toBe('mine');
  expect(await request('/api/1', { ...key, 'x-team': 'blue' })).toBe('baseline');

  expect((await intercept('carol', 'list')).stdout).toMatch(/ MATCH +SHARED WITH\norders .* the header x-team is "blue" and .* +bob\n$/);
  expect(JSON.parse((await intercept('carol', 'list', '-o', 'json')).stdout)).toMatchObject({
    intercepts: [{ match: [{ header: ['x-team=blue', 'x-debug'], path: '/api' }], sharedWith: ['bob'], joins: false }],
  });
  expect((await intercept('alice', 'status')).stdout).toContain('orders http: only requests where the header x-team is "blue"');

  const taken = ['up', `shop=${local.port}`, '--key', 'alice'];
  expect((await intercept('bob', ...taken)).stderr).toMatch(/has several ports/);
  await using folder = await openFolder();
  await folder.write(
    'intercept.yaml',
    `apiVersion: switchyard.dev/v1\nkind: Intercepts\nintercepts: [{ service: shop, port: admin, local: ${local.port} }]\n`,
  );
  const refused = start(context, 'bob', ['up', '--key', 'alice'], folder.path);
  expect(await refused.exited).toBe(5);
  expect(refused.stderr).toContain('The key "alice" belongs to alice');
  expect(refused.stderr).toContain('alice shares it with you: say --join to take part, or use another key (--key).');
  const bob = start(context, 'bob', ['up', '--key', 'alice', '--join'], folder.path);
  await bob.says('ready: requests for shop');
});

test('what the manager does not allow is refused before the command is started', async (context) => {
  const run = start(context, 'frank', ['run', 'orders', '--percent', '10', '--', process.execPath, '-e', 'console.log("started")']);
  expect(await run.exited).toBe(4);
  expect(run.stderr).toContain('ask who runs the manager for `policy: { percent: true }` in its manager.yaml');
  expect(run.stdout).toBe('');
});

test('explain says who gets a request and why; its exit code is that of a probe', async (context) => {
  const dave = start(context, 'dave', ['run', 'orders', '--port', String(local.port), '--method', 'put']);
  await dave.says('ready:');
  const erin = start(context, 'erin', ['run', 'orders', '--port', String(local.port), '--no-key', '--header', 'x-team^=re']);
  await erin.says('requests for orders that match, whoever sends them, reach');

  const won = await intercept('carol', 'explain', 'orders', '--key', 'dave', '--method', 'PUT');
  expect(won.code).toBe(0);
  expect(won.stdout).toContain('PUT / to orders (port http): an intercept gets it\n  key      "dave", in its x-intercept-id\n');
  expect(won.stdout).toMatch(/ {2}won {5} orders\.http\.dave of dave: .+/);
  expect(won.stdout).toMatch(/ {2}lost {4} orders\.http\.match\.[0-9a-f]{16} of erin: .+/);
  expect(won.stdout).toContain('  response x-intercept-served-by: dave@tunnel\n');

  const lost = await intercept('carol', 'explain', 'orders', '-H', 'x-intercept-id: dave', '-o', 'json');
  expect(lost.code).toBe(3);
  expect(JSON.parse(lost.stdout)).toMatchObject({
    service: 'orders',
    port: 'http',
    outcome: 'passing',
    status: 'not-matched',
    key: { form: 'twin', text: 'dave', valid: true },
    responseHeader: [{ name: 'x-intercept-status', value: 'not-matched' }],
    refusal: null,
    notes: [],
  });
  // What is explained is what happens.
  expect(await request('/', { 'x-intercept-id': 'dave' })).toBe('baseline');
  expect(await request('/', { 'x-team': 'red' })).toBe('mine');
  expect((await intercept('carol', 'explain', 'orders', '-H', 'x-team: red', '-o', 'plain')).stdout).toMatch(
    /^outcome\trouted\t\t\nwon\torders\.http\.match\./,
  );

  expect((await intercept('erin', 'down', '--no-key')).stdout).toBe('removed orders (no key)\n');
  expect(await erin.exited).toBe(3);
  expect((await intercept('carol', 'explain', 'orders', '-H', 'x-team: red')).code).toBe(3);
});

const port = '3000';
test.for<[string, readonly string[], RegExp]>([
  ['a header as curl takes it', ['run', 'orders', '--header', 'x-team: blue'], /--header: .*\n {2}Write it as x-team=blue\./],
  ['a path without its slash', ['run', 'orders', '--path', 'api'], /--path: .*\n {2}Write it as \/api \(and all below\)/],
  ['a share of nothing', ['run', 'orders', '--percent', '0'], /--percent: "0" is no share/],
  ['an expression that is none', ['run', 'orders', '-p', port, '--path', '~('], /error: .*\(/],
  ['everything, and a condition', ['run', 'orders', '-p', port, '--replace', '--method', 'GET'], /no condition can choose among them/],
  ['everything, with a key', ['run', 'orders', '-p', port, '--replace', '--key', 'x'], /has no key to name/],
  ['neither key nor condition', ['run', 'orders', '-p', port, '--no-key'], /every request would be meant\.\n {2}Say whose/],
  [
    'a key that is to be shared without one',
    ['run', 'orders', '--no-key', '--method', 'GET', '--join'],
    /has no key to name, to share or to join/,
  ],
  ['nobody to share with', ['run', 'orders', '--share-with', 'bob,,'], /--share-with: .*\n {2}Write the names/],
  ['a header line that is none', ['explain', 'orders', '-H', 'x-team=blue'], /-H 'x-team: blue'/],
  ['a path to explain', ['explain', 'orders', '--path', 'a b'], /Begin it with/],
  ['an address', ['explain', 'orders', '--from', 'home'], /"home" is no IP address/],
  ['those without a key and others', ['down', '--no-key', '--all'], /Leave out --no-key/],
])('%s is refused with the right form', async ([, argv, message]) => {
  const { code, stderr } = await intercept('alice', ...argv);
  expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
});
