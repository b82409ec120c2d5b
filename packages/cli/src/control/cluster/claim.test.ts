import type { Intercept, KubeClient } from '@switchyard/kube';
import { createFakeClock } from '@switchyard/testkit';
import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { releaseIntercept } from './claim.ts';

test('the end of a command waits 3 s for its intercept to be removed, and does not fail by it [cli.releaseMs]', async () => {
  const clock = createFakeClock();
  const { promise, reject } = Promise.withResolvers<boolean>();
  const client: Pick<KubeClient, 'delete'> = {
    delete: (_type, _name, options) => {
      options?.signal?.addEventListener('abort', () => reject(new Error('given up')));
      return promise;
    },
  };
  const object = { metadata: { name: 'orders.http.alice', uid: 'uid-1' } } as Intercept;
  let isOver = false;
  const released = releaseIntercept(clock, client as KubeClient, object).then(() => (isOver = true));
  clock.advance(2_999);
  await setImmediate();
  expect(isOver).toBe(false);
  clock.advance(1);
  await released;
  expect(clock.pending).toBe(0);
});
