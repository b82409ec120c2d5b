import { createAgentKey, openAgent, type Agent } from '@switchyard/agent';
import { parseRoutingKey, parseServiceName, silentLog } from '@switchyard/contract';
import type { Intercept } from '@switchyard/kube';
import { createSystemClock } from '@switchyard/runtime';
import { openFakeIssuer, openTestAuthority, plainSpec, type FakeIssuer, type TestAuthority } from '@switchyard/testkit';
import { createAccess, openManagerClient } from '@switchyard/tunnel';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { apply, hostAddress, isTestCluster, kubectl, read, root } from './support/cluster.ts';
import { openDeveloper, openMachine, type Developer } from './support/developer.ts';
import { evidence } from './support/evidence.ts';
import { openForward } from './support/forward.ts';
import { installManager } from './support/install.ts';
import { openNamespace } from './support/namespace.ts';
import { names } from './support/objects.ts';
import { openPeople } from './support/people.ts';
import { openShop } from './support/stage.ts';
import { openToolbox, type Toolbox } from './support/toolbox.ts';
import { eventually } from './support/wait.ts';

const clientId = 'intercept-cli';
const alicesClaims = { sub: '4711', email: 'alice@corp.example', email_verified: true, groups: ['shop'] };

/** What the group may: no more than docs/rbac.md says that who comes with a token needs, and at one Service. */
const rights = [
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    metadata: { name: 'intercept-orders' },
    rules: [
      { apiGroups: ['switchyard.dev'], resources: ['intercepts'], verbs: ['list', 'create'] },
      { apiGroups: ['switchyard.dev'], resources: ['services'], resourceNames: ['orders'], verbs: ['intercept'] },
    ],
  },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name: 'shop-intercepts-orders' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'intercept-orders' },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'oidc:shop' }],
  },
];

// The issuer is this process: an address that pods and command lines call by one name.
describe.skipIf(!isTestCluster())('a person without a kubeconfig', () => {
  const stack = new AsyncDisposableStack();
  let namespace: string;
  let authority: TestAuthority;
  let manager: string;
  let toolbox: Toolbox;
  let issuer: FakeIssuer;
  let alice: Developer;

  beforeAll(async () => {
    ({ name: namespace } = stack.use(await openNamespace('oidc')));
    authority = stack.use(await openTestAuthority());
    const certificate = await authority.issue();
    await kubectl([
      'create',
      'secret',
      'tls',
      'manager-tls',
      `--cert=${certificate.certFile}`,
      `--key=${certificate.keyFile}`,
      '-n',
      namespace,
    ]);
    await kubectl(['create', 'configmap', 'corp-authority', `--from-file=ca.crt=${authority.caFile}`, '-n', namespace]);
    await apply(namespace, rights);
    issuer = stack.use(
      await openFakeIssuer({ host: hostAddress, certificate: await authority.issue({ names: [`IP:${hostAddress}`] }), clientId }),
    );
    const provider = `issuer=${issuer.url},clientId=${clientId},usernameClaim=email,usernamePrefix=oidc:,groupsClaim=groups,groupsPrefix=oidc:`;
    const values = [
      'tls.secretName=manager-tls',
      'oidcAuthority.configMapName=corp-authority',
      ...provider.split(',').map((value) => `config.auth.oidc.${value}`),
    ];
    [toolbox] = await Promise.all([openToolbox(namespace), openShop(namespace), installManager(namespace, { values })]);
    const forward = stack.use(await openForward(namespace, 'service/switchyard-manager', 7480));
    manager = `https://127.0.0.1:${forward.port}`;
    const { caFile } = authority;
    alice = stack.use(await openMachine({ INTERCEPT_MANAGER: manager, INTERCEPT_CA: caFile, NODE_EXTRA_CA_CERTS: caFile }));
  });
  afterAll(async () => stack.disposeAsync());

  const way = () => ({
    url: new URL(manager),
    access: createAccess({ certificates: { ca: authority.ca, cert: undefined, key: undefined } }),
    owner: 'alice',
    clock: createSystemClock(),
  });

  /** A session that asks for an intercept. */
  async function come(token: string): Promise<Agent> {
    const { clock, ...where } = way();
    const spec = { ...plainSpec, service: parseServiceName('orders'), port: 'http', key: parseRoutingKey('x') };
    return openAgent(
      { clock, log: silentLog },
      {
        ...where,
        client: 'somewhere',
        token: () => Promise.resolve(token),
        keyPair: createAgentKey(),
        intercepts: [{ spec, deliver: { host: '127.0.0.1', port: 9 } }],
        onEvent: () => {},
        signal: AbortSignal.timeout(30_000),
      },
    );
  }

  test('signs in at the issuer, and answers the requests with their key', async () => {
    expect(await readdir(alice.home)).toEqual([]);
    issuer.person = alicesClaims;
    // So short that the next command has to ask for another one.
    issuer.lifetimeSeconds = 30;
    const login = alice.start('login');
    await login.says('confirm the code WDJB-MJHT');
    issuer.answer = 'confirmed';
    await eventually('the login to end', 10_000, () => (login.running ? undefined : true));
    expect([login.exitCode, login.readLog()]).toEqual([0, expect.stringContaining('signed in as oidc:alice@corp.example')]);
    issuer.lifetimeSeconds = 3_600;
    const whoami = await alice.intercept('whoami');
    expect(whoami).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/^oidc:alice@corp\.example, .*\ngroups: oidc:shop, system:authenticated\n$/),
    });
    expect([...issuer.live]).toEqual(['refresh-2']);

    const startMs = performance.now();
    const run = await alice.answer('orders', 'alice');
    const ms = Math.round(performance.now() - startMs);
    const { spec } = await read<Intercept>(['get', 'intercept', 'orders.http.alice', '-n', namespace]);
    expect(spec.owner.user).toBe('oidc:alice@corp.example');
    expect(spec.owner.groups?.toSorted()).toEqual(['oidc:shop', 'system:authenticated']);
    const report = await toolbox.load({ url: 'http://orders/', requests: 200, callers: 2, keys: [null, 'alice'] }).report;
    expect(report).toMatchObject({ failed: 0, misrouted: 0 });
    expect(report.answers['alice>alice']).toBe(100);
    evidence('signed in without a kubeconfig', {
      whoami: toLine(whoami.stdout),
      'ms from run to ready': ms,
      answers: JSON.stringify(report.answers),
      failed: report.failed,
      misrouted: report.misrouted,
    });
    expect((await alice.intercept('list')).stdout).toContain('oidc:alice@corp.example');
    await run.stop();
    await eventually('the object to go', 10_000, async () => ((await names(namespace, 'intercepts')).length === 0 ? true : undefined));
  });

  test('is not told "ready" before an approval, nor before the Service is taken over', async () => {
    const owner = 'oidc:alice@corp.example';
    const spec = { subjects: [{ kind: 'User', name: owner }], services: ['orders'], approval: 'Required' };
    await apply(namespace, [{ apiVersion: 'switchyard.dev/v1alpha1', kind: 'InterceptPolicy', metadata: { name: 'careful' }, spec }]);
    onTestFinished(async () => void (await kubectl(['delete', 'icptpol', 'careful', '-n', namespace])));
    await using people = await openPeople(namespace);
    await using boss = await openDeveloper(await people.invite('boss@corp.example', 'admin'));
    const id = 'orders.http.alice';
    const run = alice.start('run', 'orders', '--key', 'alice', '--timeout', '2m', '--', 'node', join(root, 'examples/shop/my-orders.js'));
    await eventually('it to wait', 30_000, () => (run.readLog().includes('waiting for an approval of orders: ') ? true : undefined));
    expect(run.readLog()).toContain(`intercept admin approve ${id}`);
    expect(run.readLog()).not.toContain('ready:');
    expect((await alice.intercept('list')).stdout).toContain('ApprovalPending');
    const approvedMs = performance.now();
    expect(await boss.intercept('admin', 'approve', id)).toMatchObject({ exitCode: 0 });
    await eventually('it to be ready', 60_000, () => (run.readLog().includes('ready:') ? true : undefined));
    const ms = Math.round(performance.now() - approvedMs);
    const report = await toolbox.load({ url: 'http://orders/', requests: 100, callers: 2, keys: ['alice'] }).report;
    evidence('an approval by a token', {
      'ms from the approval to ready': ms,
      answers: JSON.stringify(report.answers),
      failed: report.failed,
    });
    expect(report).toMatchObject({ failed: 0, misrouted: 0, answers: { 'alice>alice': 100 } });
    await run.stop();
    await eventually('the object to go', 10_000, async () => ((await names(namespace, 'intercepts')).length === 0 ? true : undefined));
  });

  test('has what the API server says that they may, and no more', async () => {
    const refused = 'oidc:alice@corp.example may not intercept the service payments';
    const run = alice.start('run', 'payments', '--key', 'alice', '--', 'node', join(root, 'examples/shop/my-orders.js'));
    await eventually('the command to end', 20_000, () => (run.running ? undefined : true));
    // The command was started before.
    expect([run.exitCode, run.readLog()]).toEqual([125, expect.stringContaining(refused)]);
    expect(await names(namespace, 'intercepts')).toEqual([]);
    evidence('another Service, refused by the manager as the API server says', { says: refused });
  });

  test('is told why a token is not taken', async () => {
    await using other = await openFakeIssuer({ clientId });
    const changed = issuer.sign({});
    const seconds = Math.floor(Date.now() / 1_000);
    const refusals = [
      ['of a person without rights', issuer.sign({ email: 'bob@corp.example', groups: ['others'] }), 'oidc:bob@corp.example may not'],
      ['for another audience', issuer.sign({ aud: 'wiki' }), 'its audience is not "intercept-cli"'],
      ['that has run out', issuer.sign({ iat: seconds - 7_200, exp: seconds - 3_600 }), 'The token has expired'],
      ['of another issuer', other.sign(alicesClaims), `neither from ${issuer.url} nor from this cluster`],
      ['of another issuer that says it is this one', other.sign({ ...alicesClaims, iss: issuer.url }), `not signed by ${issuer.url}`],
      ['whose signature was changed', `${changed.slice(0, -8)}AAAAAAAA`, `not signed by ${issuer.url}`],
      ['without a name', issuer.sign({ email: undefined }), 'has no name in its claim "email"'],
    ] as const;
    for (const [what, token, words] of refusals) {
      const refused = { code: expect.stringMatching(/^not_/), message: expect.stringContaining(words) };
      await using client = openManagerClient({ ...way(), token });
      await expect(client.listIntercepts(), what).rejects.toMatchObject(refused);
      await expect(come(token), what).rejects.toMatchObject(refused);
      evidence(`a token ${what}, refused by the manager`, { says: words });
    }
    const [[, token]] = refusals;
    const file = join(authority.folder, 'token');
    await writeFile(file, token, { mode: 0o600 });
    const { exitCode, stderr } = await alice.intercept('run', 'orders', '--key', 'x', '--token-file', file, '--', 'true');
    expect([exitCode, stderr]).toEqual([4, expect.stringContaining('oidc:bob@corp.example may not list intercepts in this namespace')]);
    expect(await names(namespace, 'intercepts')).toEqual([]);
  });

  test('signs out, and nothing is left', async () => {
    expect((await alice.intercept('logout')).exitCode).toBe(0);
    const left = (await readdir(alice.home, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
    // The key that they chose is theirs whether they are signed in or not.
    expect(left.map(({ name }) => name)).toEqual(['config.yaml']);
    expect(await readFile(join(left[0]?.parentPath ?? '', 'config.yaml'), 'utf8')).toMatch(/^apiVersion: .*\nkind: User\nkey: alice\n$/);
    expect([...issuer.live]).toEqual([]);
    const { exitCode, stderr } = await alice.intercept('list');
    expect([exitCode, stderr]).toEqual([4, expect.stringContaining('intercept login')]);
    evidence('after the logout', { 'files of the sign-in': 0, says: toLine(stderr) });
  });
});

function toLine(text: string): string {
  return text.trim().split('\n').join(' / ');
}
