// The API of a cluster's manager without a cluster: tokens are the names of those who send them, and everybody may everything.
import { InterceptError } from '@switchyard/contract';
import { createFakeClock } from '@switchyard/testkit';
import { createClusterApi, type ClusterApiDeps } from '../src/api/cluster-api.ts';
import type { FullApi } from '../src/api/manager-api.ts';
import { createTokenBuckets } from '../src/auth/token-buckets.ts';

/** Makes it, changed by `changes`. */
export function createTestClusterApi(changes: Partial<ClusterApiDeps> = {}): FullApi {
  const clock = createFakeClock();
  return createClusterApi({
    clock,
    info: { version: '1.2.3', protocol: { min: 1, max: 1 }, signIn: undefined },
    verifyUser: async (token) => {
      if (token === 'wrong') throw new InterceptError('not_signed_in', 'The token has expired.');
      return { user: token, groups: ['devs'], expiresAt: new Date(clock.date().getTime() + 60_000) };
    },
    review: async () => true,
    buckets: createTokenBuckets(clock, { burst: 4, perSecond: 1, holders: 8 }),
    intercepts: { list: () => [], remove: async () => [], removeOne: () => Promise.reject(new Error('none')), renew: () => refuse() },
    events: { list: () => [], follow: () => () => {} },
    listServices: () => [],
    explain: () => refuse(),
    ...changes,
  });
}

function refuse(): never {
  throw new Error('not asked for');
}
