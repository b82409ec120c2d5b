import { silentLog } from '@switchyard/contract';
import { createFakeClock, type FakeClock } from '@switchyard/testkit';
import type { JWTPayload } from 'jose';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { createAccountClaims, createSigner, type TestSigner } from '../../test/tokens.ts';
import type { OidcConfig } from '../config/auth-config.ts';
import { createOidcIssuer, createOidcVerifier } from './oidc-tokens.ts';
import { createUserVerifier, type VerifyUser } from './proven-user.ts';

interface TestProvider {
  readonly issuer: string;
  readonly signer: TestSigner;
  /** What stands at a path. */
  readonly documents: Map<string, unknown>;
}

async function openProvider(): Promise<TestProvider> {
  const documents = new Map<string, unknown>();
  const server: Server = createServer(({ url = '' }, response) => {
    const document = documents.get(url);
    response.writeHead(document === undefined ? 404 : 200, { location: '/keys' }).end(JSON.stringify(document));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const signer = await createSigner('people');
  documents.set('/.well-known/openid-configuration', { issuer, jwks_uri: `${issuer}/keys` });
  documents.set('/keys', signer.keySet);
  return { issuer, signer, documents };
}

function createVerifier(issuer: string, changes: Partial<OidcConfig> = {}): { readonly verify: VerifyUser; readonly clock: FakeClock } {
  const clock = createFakeClock();
  const config: OidcConfig = {
    issuer,
    clientId: 'intercept',
    audience: 'intercept',
    scopes: [],
    usernameClaim: 'email',
    usernamePrefix: 'people:',
    groupsClaim: 'groups',
    groupsPrefix: 'people:',
    caFile: undefined,
    ...changes,
  };
  return { verify: createOidcVerifier(clock, createOidcIssuer({ clock, log: silentLog }, config, undefined), config), clock };
}

function createClaims(issuer: string, clock: FakeClock, changes: JWTPayload = {}): JWTPayload {
  const { 'kubernetes.io': _account, ...claims } = createAccountClaims(clock.date());
  return { ...claims, iss: issuer, aud: 'intercept', sub: '4711', email: 'alice@example.com', groups: ['devs'], ...changes };
}

test('a person is known by prefix and claim, with the groups that the provider names', async () => {
  const { issuer, signer } = await openProvider();
  const { verify, clock } = createVerifier(issuer);
  expect(await verify(await signer.sign(createClaims(issuer, clock)))).toEqual({
    user: 'people:alice@example.com',
    groups: ['people:devs', 'system:authenticated'],
    expiresAt: new Date(clock.date().getTime() + 3_600_000),
  });
});

test.for<[string, JWTPayload, Partial<OidcConfig>, string]>([
  ['without the name', { email: null }, {}, 'has no name in its claim "email"'],
  ['with a list for a name', { email: ['alice'] }, {}, 'has no name'],
  ['with an address that nobody verified', { email_verified: false }, {}, 'did not verify'],
  ['with an address that is said to be verified by a word', { email_verified: 'true' }, {}, 'did not verify'],
  ['of a ServiceAccount', { email: 'system:serviceaccount:shop:ci' }, { usernamePrefix: '' }, 'begins with "system:"'],
  ['of the cluster itself, as the prefix makes it', { email: 'admin' }, { usernamePrefix: 'system:' }, 'begins with "system:"'],
  ['of an administrator of the cluster', { groups: ['system:masters'] }, { groupsPrefix: '' }, 'begins with "system:"'],
  ['of an administrator, in capitals', { groups: ['System:Masters'] }, { groupsPrefix: '' }, 'begins with "system:"'],
  ['with a name of 513 characters', { email: 'a'.repeat(506) }, {}, 'is too long'],
  ['with a name that a terminal acts on', { email: 'alice\u001B[2J' }, {}, 'cannot be shown'],
  ['with a name that hides something', { email: 'al\u200Bice' }, {}, 'cannot be shown'],
  ['with groups that are none', { groups: [{ name: 'devs' }] }, {}, 'has no list of groups'],
  ['for another client', { aud: 'kubernetes' }, {}, 'its audience is not "intercept"'],
])('a token is refused %s', async ([, changes, config, words]) => {
  const { issuer, signer } = await openProvider();
  const { verify, clock } = createVerifier(issuer, config);
  const refused = verify(await signer.sign(createClaims(issuer, clock, changes)));
  await expect(refused).rejects.toMatchObject({ code: 'not_signed_in', message: expect.stringContaining(words) });
});

test('one group that is no list is a group, and none is none', async () => {
  const { issuer, signer } = await openProvider();
  const { verify, clock } = createVerifier(issuer);
  expect((await verify(await signer.sign(createClaims(issuer, clock, { groups: 'devs' })))).groups).toContain('people:devs');
  const { groups: _groups, ...claims } = createClaims(issuer, clock);
  expect((await verify(await signer.sign(claims))).groups).toEqual(['system:authenticated']);
});

test.for<[string, (provider: TestProvider) => unknown]>([
  ['names another issuer', ({ documents }) => documents.set('/.well-known/openid-configuration', { issuer: 'x', jwks_uri: 'y' })],
  ['is missing', ({ documents }) => documents.delete('/.well-known/openid-configuration')],
  [
    'leads to plaintext on another machine',
    ({ documents, issuer }) => documents.set('/.well-known/openid-configuration', { issuer, jwks_uri: 'http://192.0.2.1/keys' }),
  ],
  ['leads to no keys', ({ documents }) => documents.delete('/keys')],
  ['leads to very much [manager.issuerDocumentBytes]', ({ documents }) => documents.set('/keys', { keys: ['x'.repeat(1024 * 1024)] })],
])('nobody is believed while the description of the provider %s', async ([, change]) => {
  const provider = await openProvider();
  change(provider);
  const { verify, clock } = createVerifier(provider.issuer);
  const refused = verify(await provider.signer.sign(createClaims(provider.issuer, clock)));
  await expect(refused).rejects.toMatchObject({ code: 'cluster_unavailable' });
});

test('a token is verified by whoever it says that it is from', async () => {
  const { issuer, signer } = await openProvider();
  const { verify, clock } = createVerifier(issuer);
  const account: VerifyUser = async () => await Promise.reject(new Error('asked the cluster'));
  const { iss: name = '' } = createAccountClaims(clock.date());
  const cluster = { issuer: { known: async () => ({ name, findKey: () => Promise.reject(new Error('unused')) }) }, verify: account };
  const verifyUser = createUserVerifier(cluster, { issuer, verify });
  expect(await verifyUser(await signer.sign(createClaims(issuer, clock)))).toMatchObject({ user: 'people:alice@example.com' });
  await expect(verifyUser(await signer.sign(createAccountClaims(clock.date())))).rejects.toThrow('asked the cluster');
  await expect(verifyUser('no token')).rejects.toThrow('asked the cluster');
  const elsewhere = await signer.sign(createClaims('https://elsewhere.example', clock));
  await expect(verifyUser(elsewhere)).rejects.toMatchObject({
    code: 'not_signed_in',
    message: `The token is neither from ${issuer} nor from this cluster.`,
    hint: 'Sign in with `intercept login`.',
  });
  // Where nobody else signs people in, it is the cluster's to say.
  await expect(createUserVerifier(cluster, undefined)(elsewhere)).rejects.toThrow('asked the cluster');
});
