import type { InterceptId } from '@switchyard/contract';
import { until } from '@switchyard/testkit';
import { expect, test } from 'vitest';
import { createSpec } from '../../../test/fakes.ts';
import { createAgent, openKeeperBench } from '../../../test/keeper-bench.ts';
import { createIntercept, createPod } from '../../../test/objects.ts';

const id = 'orders.http.alice' as InterceptId;

test('on the direct lane the pod that the session comes from is dialled, while the session lives', async () => {
  const objects = [createIntercept(id, 'alice', { spec: { lane: 'Direct' } }), createPod('workspace', '10.0.0.9')];
  await using bench = await openKeeperBench({ objects });
  const session = createAgent('s1', 'alice');
  await bench.keeper.register(session, { ...createSpec('alice'), directPort: 3000 });
  expect(bench.seat.rules).toEqual([`${id}@10.0.0.9:3000`]);
  await until(() => bench.object(id)?.status?.address === '10.0.0.9:3000');
  bench.keeper.lose(session);
  expect(bench.seat.rules).toEqual([`${id}@s1`]);
  await bench.untilTold(id, 'SessionReady', 'False SessionLost');
  expect(bench.object(id)?.status).not.toHaveProperty('address');
});

test('an address that is no pod’s is not dialled, and the object says so', async () => {
  await using bench = await openKeeperBench({ objects: [createIntercept(id, 'alice', { spec: { lane: 'Direct' } })] });
  await expect(bench.keeper.register(createAgent('s1', 'alice'), { ...createSpec('alice'), directPort: 3000 })).rejects.toMatchObject({
    code: 'not_allowed',
    message: 'The agent connected from 10.0.0.9, which is not the address of a running pod of this namespace.',
  });
  await bench.untilTold(id, 'SessionReady', 'False TargetRefused');
  expect(bench.seat.rules).toEqual([]);
});

test.for([
  ['Tunnel', 3000],
  ['Direct', undefined],
] as const)('lane %s and port %s do not go together', async ([lane, directPort]) => {
  await using bench = await openKeeperBench({
    objects: [createIntercept(id, 'alice', { spec: { lane } }), createPod('workspace', '10.0.0.9')],
  });
  await expect(bench.keeper.register(createAgent('s1', 'alice'), { ...createSpec('alice'), directPort })).rejects.toMatchObject({
    code: 'not_allowed',
  });
});

test('an address is dialled for as long as its pod runs, however long the session seems to live', async () => {
  const objects = [createIntercept(id, 'alice', { spec: { lane: 'Direct' } }), createPod('workspace', '10.0.0.9')];
  await using bench = await openKeeperBench({ objects });
  await bench.keeper.register(createAgent('s1', 'alice'), { ...createSpec('alice'), directPort: 3000 });
  expect(bench.seat.rules).toEqual([`${id}@10.0.0.9:3000`]);
  bench.kube.remove(createPod('workspace', '10.0.0.9'));
  await until(() => bench.seat.rules.length === 0);
  bench.put(createPod('database', '10.0.0.9'));
  await bench.untilTold(id, 'SessionReady', 'False TargetRefused');
  expect(bench.seat.published.slice(1)).toEqual([[`${id}@10.0.0.9:3000`], []]);
});
