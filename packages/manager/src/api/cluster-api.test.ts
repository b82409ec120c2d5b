import { InterceptError, type InterceptId } from '@switchyard/contract';
import { createFakeClock } from '@switchyard/testkit';
import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createTestClusterApi } from '../../test/cluster-api.ts';
import type { ProvenUser } from '../auth/proven-user.ts';
import type { AccessQuestion } from '../cluster/rights/review-access.ts';

const nobody = { owner: 'alice', token: undefined, address: '127.0.0.1' };
const alice = { ...nobody, owner: 'mallory', token: 'alice' };

test('a manager in a cluster says how callers prove who they are, and whom it takes them for', async () => {
  const signIn = { issuer: 'https://accounts.example.com', clientId: 'intercept', scopes: [] };
  const api = createTestClusterApi({ info: { version: '1.2.3', protocol: { min: 1, max: 1 }, signIn } });
  expect(await api.info(nobody)).toEqual({
    version: '1.2.3',
    protocol: { min: 1, max: 1 },
    auth: 'kubernetes',
    owner: undefined,
    now: expect.any(Date),
    signIn,
  });
  expect(await api.info(alice)).toMatchObject({ owner: 'alice', groups: ['devs'] });
  expect(await api.info({ ...alice, token: 'wrong' })).toMatchObject({ owner: undefined });
});

test('nobody without a valid token learns or does anything, and each is told of', async () => {
  const refused: string[] = [];
  const api = createTestClusterApi({ onRefused: ({ owner }, { code }) => void refused.push(`${owner} ${code}`) });
  const says = { code: 'not_signed_in', hint: expect.stringContaining('intercept login') };
  await expect(api.listServices(nobody)).rejects.toMatchObject(says);
  await expect(api.listIntercepts(nobody)).rejects.toMatchObject(says);
  await expect(api.removeIntercepts(nobody, { all: true })).rejects.toMatchObject(says);
  await expect(api.listEvents({ ...alice, token: 'wrong' }, { after: undefined, all: true })).rejects.toThrow('The token has expired.');
  expect(refused).toEqual(['alice not_signed_in', 'alice not_signed_in', 'alice not_signed_in', 'mallory not_signed_in']);
});

test('what a user may see, the API server is asked each time; their name is the token’s', async () => {
  const questions: AccessQuestion[] = [];
  let isAllowed = true;
  const review = async (question: AccessQuestion): Promise<boolean> => {
    questions.push(question);
    return isAllowed;
  };
  const api = createTestClusterApi({ review });
  expect(await api.listIntercepts(alice)).toEqual([]);
  expect(questions).toEqual([{ who: expect.objectContaining({ user: 'alice', groups: ['devs'] }), verb: 'list', resource: 'intercepts' }]);
  isAllowed = false;
  await expect(api.listServices(alice)).rejects.toMatchObject({
    code: 'not_allowed',
    message: expect.stringContaining('alice may not list'),
  });
});

test('a user removes in their own name, whatever they claim', async () => {
  const removed: ProvenUser[] = [];
  const remove = async (user: ProvenUser): Promise<[]> => {
    removed.push(user);
    return [];
  };
  const api = createTestClusterApi({
    intercepts: { list: () => [], remove, removeOne: () => Promise.reject(new Error()), renew: () => ({}) as never },
  });
  await api.removeIntercepts(alice, { all: true });
  expect(removed.map(({ user }) => user)).toEqual(['alice']);
});

test('who is turned away is told of by the name that their token proves, also where they reach for what is not theirs', async () => {
  const refused: string[] = [];
  const foreign = new InterceptError('not_allowed', 'It belongs to somebody else.');
  const api = createTestClusterApi({
    review: async () => false,
    onRefused: (_caller, { code }, who) => void refused.push(`${who?.user} ${code}`),
    intercepts: {
      list: () => [],
      remove: async () => [],
      removeOne: () => Promise.reject(foreign),
      renew: () => {
        throw foreign;
      },
    },
  });
  await expect(api.listIntercepts(alice)).rejects.toMatchObject({ code: 'not_allowed' });
  const id = 'orders.http.bob' as InterceptId;
  await expect(api.removeIntercept(alice, id)).rejects.toBe(foreign);
  await expect(api.renewIntercept(alice, id, undefined)).rejects.toBe(foreign);
  expect(refused).toEqual(Array<string>(3).fill('alice not_allowed'));
});

test('who has lost the right to read is told of no more events, within as long as rights are looked up', async () => {
  const clock = createFakeClock();
  let isAllowed: boolean | undefined = true;
  let following = 0;
  const api = createTestClusterApi({
    clock,
    review: async () => {
      if (isAllowed === undefined) throw new InterceptError('cluster_unavailable', 'It does not answer.');
      return isAllowed;
    },
    events: {
      list: () => [],
      follow: () => {
        following++;
        return () => void (following = 0);
      },
    },
  });
  const lookAgain = async (): Promise<void> => {
    clock.advance(30_000);
    await setImmediate();
  };
  const over: string[] = [];
  const stop = await api.followEvents(
    alice,
    { after: undefined, all: true },
    () => {},
    ({ code }) => over.push(code),
  );
  for (isAllowed of [true, undefined]) await lookAgain();
  expect(following).toBe(1);
  isAllowed = false;
  await lookAgain();
  expect(following).toBe(0);
  expect(over).toEqual(['not_allowed']);
  stop();
});

test('having tokens verified is bounded for each address, whatever the tokens are', async () => {
  const api = createTestClusterApi();
  const asked = await Promise.allSettled(Array.from({ length: 6 }, () => api.listServices({ ...alice, token: 'wrong' })));
  const codes = asked.map((each) => (each.status === 'rejected' ? (each.reason as { code: string }).code : 'answered'));
  expect(codes).toEqual([...Array<string>(4).fill('not_signed_in'), 'limit_reached', 'limit_reached']);
});

test('whoever proves who they are pays under their name, so that users behind one ingress do not pay for each other', async () => {
  const api = createTestClusterApi();
  const tooOften = { code: 'limit_reached' };
  for (let call = 0; call < 4; call++) await api.listServices(alice);
  await expect(api.listServices(alice)).rejects.toMatchObject({ ...tooOften, message: expect.stringContaining('user alice') });
  await api.listServices({ ...alice, token: 'bob' });
  for (let call = 0; call < 4; call++) await expect(api.listServices(nobody)).rejects.toMatchObject({ code: 'not_signed_in' });
  await expect(api.listServices(nobody)).rejects.toMatchObject(tooOften);
});
