import { intercepts } from '@switchyard/kube';
import { until } from '@switchyard/testkit';
import { expect, test } from 'vitest';
import { createSpec } from '../../../test/fakes.ts';
import { createAgent, openKeeperBench, openSeat } from '../../../test/keeper-bench.ts';
import { createCondition, createIntercept } from '../../../test/objects.ts';

const id = 'orders.http.alice';
const owner = { user: 'alice', groups: ['devs', 'system:authenticated'] };
const mine = createIntercept(id, 'alice', { spec: { owner } });

test('an owner is asked for with the groups of the object, and the intercept ends when the right is gone', async () => {
  await using bench = await openKeeperBench({ objects: [mine] });
  const session = createAgent('s1', 'alice');
  await bench.keeper.register(session, createSpec('alice'));
  await bench.untilTold(id, 'Accepted', 'True Accepted');
  const review = bench.kube.requests.find(({ path }) => path.endsWith('/localsubjectaccessreviews'));
  expect(review?.body).toMatchObject({
    metadata: { namespace: 'shop' },
    spec: {
      ...owner,
      resourceAttributes: { namespace: 'shop', verb: 'intercept', group: 'switchyard.dev', resource: 'services', name: 'orders' },
    },
  });
  bench.kube.review = () => false;
  bench.clock.advance(30_000);
  await bench.untilGone(id);
  const message = 'alice may not intercept the service orders any more.';
  expect(session.events).toEqual([{ t: 'intercept_ended', id, reason: 'right_lost', message }]);
  expect(bench.seat.rules).toEqual([]);
  await until(() => bench.seat.ended.length > 0);
  expect(bench.seat.ended).toEqual(['right_lost']);
});

test('whoever has lost the right before the first acceptance is refused, keeps no key from others, and may get it later', async () => {
  await using bench = await openKeeperBench();
  bench.kube.review = ({ user }) => user !== 'alice';
  bench.put(mine);
  await expect(bench.keeper.register(createAgent('s1', 'alice'), createSpec('alice'))).rejects.toMatchObject({
    code: 'not_allowed',
    message: 'alice may not intercept the service orders any more.',
  });
  await bench.untilTold(id, 'Accepted', 'False RightLost');
  expect([...bench.keeper.wanted]).toEqual([]);
  bench.kube.review = () => true;
  bench.clock.advance(30_000);
  await bench.untilTold(id, 'Accepted', 'True Accepted');
});

test('a manager that does not lead looks after the rights behind its own sessions, and leaves the object to the leader', async () => {
  const status = { conditions: [createCondition('Accepted', 'True', 'Accepted', 'The intercept is allowed.')] };
  await using bench = await openKeeperBench({ leading: false, objects: [createIntercept(id, 'alice', { spec: { owner }, status })] });
  await using other = await openSeat(bench.kube, bench.clock, { leading: false, podAddress: '10.0.0.2' });
  const session = createAgent('s1', 'alice');
  await bench.keeper.register(session, createSpec('alice'));
  bench.kube.review = () => false;
  bench.clock.advance(30_000);
  await until(() => session.events.some((event) => event.t === 'intercept_ended' && event.reason === 'right_lost'));
  expect(bench.kube.get(intercepts, id)).toBeDefined();
  expect(other.ended).toEqual([]);
});

test('an API server that does not answer costs nobody the intercept', async () => {
  await using bench = await openKeeperBench();
  bench.kube.refuse = ({ path }) => (path.endsWith('/localsubjectaccessreviews') ? 503 : undefined);
  bench.put(mine);
  await bench.keeper.register(createAgent('s1', 'alice'), createSpec('alice'));
  await bench.untilTold(id, 'Accepted', 'True Accepted');
  bench.clock.advance(90_000);
  expect(bench.seat.rules).toEqual([`${id}@s1`]);
});
