import { silentLog } from '@switchyard/contract';
import { openKubeClient } from '@switchyard/kube';
import { createFakeClock, openFakeKubernetes, type FakeClock, type FakeKubernetes } from '@switchyard/testkit';
import type { JWTPayload } from 'jose';
import { expect, onTestFinished, test } from 'vitest';
import { createAccountClaims, createSigner, type TestSigner } from '../../test/tokens.ts';
import { createClusterIssuer, createServiceAccountVerifier, type VerifyServiceAccount } from './service-account-tokens.ts';

interface TestVerifier {
  readonly verify: VerifyServiceAccount;
  readonly clock: FakeClock;
  readonly kubernetes: FakeKubernetes;
  readonly signer: TestSigner;
  /** How often the keys were asked for. */
  readonly fetches: () => number;
}

async function openVerifier(): Promise<TestVerifier> {
  const clock = createFakeClock();
  const kubernetes = await openFakeKubernetes();
  onTestFinished(() => kubernetes[Symbol.asyncDispose]());
  const signer = await createSigner('first');
  kubernetes.documents.set('/.well-known/openid-configuration', { issuer: 'https://kubernetes.default.svc', jwks_uri: 'https://unused' });
  kubernetes.documents.set('/openid/v1/jwks', signer.keySet);
  const client = await openKubeClient({ clock, log: silentLog }, { kubeconfig: kubernetes.kubeconfig });
  onTestFinished(() => client[Symbol.asyncDispose]());
  const verify = createServiceAccountVerifier(clock, createClusterIssuer({ clock, log: silentLog, client }), {
    audience: 'switchyard',
    namespaces: ['shop'],
  });
  const fetches = (): number => kubernetes.requests.filter(({ path }) => path === '/openid/v1/jwks').length;
  return { verify, clock, kubernetes, signer, fetches };
}

test('a token proves the account, its groups, its pod and until when', async () => {
  const { verify, clock, signer } = await openVerifier();
  const bound = { namespace: 'shop', serviceaccount: { name: 'ci', uid: 'u1' }, pod: { name: 'run-1', uid: 'u2' } };
  const token = await signer.sign(createAccountClaims(clock.date(), { 'kubernetes.io': bound }));
  expect(await verify(token)).toEqual({
    user: 'system:serviceaccount:shop:ci',
    groups: ['system:serviceaccounts', 'system:serviceaccounts:shop', 'system:authenticated'],
    namespace: 'shop',
    name: 'ci',
    pod: { name: 'run-1', uid: 'u2' },
    expiresAt: new Date(clock.date().getTime() + 3_600_000),
  });
});

const elsewhere = { namespace: 'payroll', serviceaccount: { name: 'ci', uid: 'u1' } };
const startSeconds = Date.UTC(2030, 0, 1) / 1_000;

test.for<[string, JWTPayload, string, string]>([
  ['expired', { exp: startSeconds - 11 }, 'not_signed_in', 'The token has expired.'],
  ['not valid yet', { nbf: startSeconds + 11 }, 'not_signed_in', 'The token is not valid yet.'],
  ['for the API server', { aud: ['https://kubernetes.default.svc'] }, 'not_signed_in', 'its audience is not "switchyard"'],
  ['of another issuer', { iss: 'https://elsewhere' }, 'not_signed_in', 'The token is not from this cluster.'],
  ['without an end', { exp: undefined } as unknown as JWTPayload, 'not_signed_in', 'does not say "exp"'],
  ['for two days [manager.tokenLifetimeMs]', { exp: startSeconds + 172_800 }, 'not_signed_in', 'made for longer than 24 h'],
  [
    'of another namespace',
    { sub: 'system:serviceaccount:payroll:ci', 'kubernetes.io': elsewhere },
    'not_allowed',
    'takes no tokens of ServiceAccounts in the namespace payroll',
  ],
  ['whose subject is another account', { sub: 'system:serviceaccount:shop:admin' }, 'not_signed_in', 'in one way'],
  ['whose namespace is another one', { 'kubernetes.io': elsewhere }, 'not_signed_in', 'in one way'],
  ['of a person', { sub: 'alice', 'kubernetes.io': undefined }, 'not_signed_in', 'in one way'],
  [
    'whose namespace has a colon',
    { sub: 'system:serviceaccount:shop:x:ci', 'kubernetes.io': { ...elsewhere, namespace: 'shop:x' } },
    'not_signed_in',
    'in one way',
  ],
])('a token is refused that is %s', async ([, changes, code, words]) => {
  const { verify, clock, signer } = await openVerifier();
  const token = await signer.sign(createAccountClaims(clock.date(), changes));
  const [, claims = ''] = token.split('.');
  const failure = await verify(token).then(
    () => undefined,
    (error: Error) => error,
  );
  expect(failure).toMatchObject({ code, message: expect.stringContaining(words) });
  expect(failure?.message).not.toContain(claims);
});

test('an issuer whose clock is a little ahead is believed, and no other [manager.tokenToleranceMs]', async () => {
  const { verify, clock, signer } = await openVerifier();
  await verify(await signer.sign(createAccountClaims(clock.date(), { nbf: startSeconds + 9, iat: startSeconds + 9 })));
  await verify(await signer.sign(createAccountClaims(clock.date(), { exp: startSeconds - 9 })));
  await expect(verify(await signer.sign(createAccountClaims(clock.date(), { exp: startSeconds - 10 })))).rejects.toThrow('expired');
});

test.for(['', 'x', 'a.b.c', `${'e30'.repeat(2_000)}.e30.AA`, 'eyJhbGciOiJub25lIn0.e30.'])('text that is no token: %.20s', async (text) => {
  const { verify } = await openVerifier();
  await expect(verify(text)).rejects.toMatchObject({ code: 'not_signed_in' });
});

test('a token is refused that is signed by somebody else, under whatever name', async () => {
  const { verify, clock, signer } = await openVerifier();
  const mallory = await createSigner('first');
  await expect(verify(await mallory.sign(createAccountClaims(clock.date())))).rejects.toThrow('not signed by this cluster');
  await expect(verify(await signer.sign(createAccountClaims(clock.date()), { alg: 'HS256' }))).rejects.toThrow('not signed by RS256');
});

test('keys are asked for once, again where one is new, and not for every unknown one [manager.keySetRestMs]', async () => {
  const { verify, clock, kubernetes, signer, fetches } = await openVerifier();
  const second = await createSigner('second');
  await Promise.all([1, 2, 3].map(async () => await verify(await signer.sign(createAccountClaims(clock.date())))));
  expect(fetches()).toBe(1);
  const token = await second.sign(createAccountClaims(clock.date()));
  await expect(verify(token)).rejects.toThrow('not signed by this cluster');
  expect(fetches()).toBe(1);
  kubernetes.documents.set('/openid/v1/jwks', { keys: [...signer.keySet.keys, ...second.keySet.keys] });
  clock.advance(10_000);
  expect(await verify(token)).toMatchObject({ name: 'ci' });
  expect(fetches()).toBe(2);
});

test('a key that was taken back counts no more after a while [manager.keySetAgeMs]', async () => {
  const { verify, clock, kubernetes, signer } = await openVerifier();
  const token = await signer.sign(createAccountClaims(clock.date()));
  await verify(token);
  kubernetes.documents.set('/openid/v1/jwks', { keys: [] });
  clock.advance(599_000);
  await verify(token);
  clock.advance(1_000);
  await expect(verify(token)).rejects.toThrow('not signed by this cluster');
});

test('while the API server is away, the keys that are known count; where none is, it is said', async () => {
  const { verify, clock, kubernetes, signer } = await openVerifier();
  const token = await signer.sign(createAccountClaims(clock.date()));
  kubernetes.refuse = () => 503;
  await expect(verify(token)).rejects.toMatchObject({ code: 'cluster_unavailable' });
  kubernetes.refuse = () => undefined;
  await expect(verify(token)).rejects.toMatchObject({ code: 'cluster_unavailable' });
  clock.advance(10_000);
  await verify(token);
  kubernetes.refuse = () => 503;
  clock.advance(900_000);
  expect(await verify(token)).toMatchObject({ name: 'ci' });
});

test('an API server that falls silent keeps nobody waiting for long [manager.keySetMs]', async () => {
  const { verify, clock, kubernetes, signer } = await openVerifier();
  kubernetes.refuse = () => 'silence';
  const verified = verify(await signer.sign(createAccountClaims(clock.date())));
  while (clock.pending === 0) await Promise.resolve();
  clock.advance(5_000);
  await expect(verified).rejects.toThrow('did not answer within 5 s');
});
