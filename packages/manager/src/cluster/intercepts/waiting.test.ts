import type { InterceptId } from '@switchyard/contract';
import { until } from '@switchyard/testkit';
import { expect, test } from 'vitest';
import { createSpec } from '../../../test/fakes.ts';
import { createAgent, openKeeperBench } from '../../../test/keeper-bench.ts';
import { createCondition, createIntercept, createRouted, startDate } from '../../../test/objects.ts';

const id = 'orders.http.alice' as InterceptId;
const startMs = Date.parse(startDate);

test('a session is told what its requests wait for until every node knows of the switch, and again when it is undone', async () => {
  await using bench = await openKeeperBench({ objects: [createIntercept(id, 'alice'), createRouted('orders', { phase: 'Preparing' })] });
  const session = createAgent('s1', 'alice');
  const info = await bench.keeper.register(session, createSpec('alice'));
  expect(info.waiting).toEqual({ accepted: true, reason: 'Preparing', message: 'The traffic of orders is being led to the router.' });
  bench.put(createRouted('orders', { routedSince: new Date(startMs + 1_000).toISOString() }));
  const settling = { accepted: true, reason: 'Preparing', message: expect.stringContaining('as soon as every node knows of it') as string };
  const told: object[] = [{ t: 'intercept_changed', intercept: { id, waiting: settling } }];
  await until(() => session.events.length === 1);
  expect(session.events).toMatchObject(told);
  expect(bench.keeper.list()).toMatchObject([{ id, waiting: settling }]);
  bench.clock.advance(999);
  expect(session.events).toHaveLength(1);
  bench.clock.advance(1);
  told.push({ t: 'intercept_changed', intercept: { id, waiting: undefined } });
  expect(session.events).toMatchObject(told);
  expect(bench.keeper.list()).toMatchObject([{ id, waiting: undefined }]);
  const failing = createCondition('Ready', 'False', 'Failing', 'The Service cannot be written.');
  bench.put(createRouted('orders', { conditions: [failing] }));
  told.push({ t: 'intercept_changed', intercept: { id, waiting: { accepted: true, reason: 'Failing', message: failing.message } } });
  await until(() => session.events.length === told.length);
  expect(session.events).toMatchObject(told);
});

test('another session is told by the answer to its registration alone', async () => {
  await using bench = await openKeeperBench({ objects: [createIntercept(id, 'alice'), createRouted('orders', { phase: 'Preparing' })] });
  const first = createAgent('s1', 'alice');
  await bench.keeper.register(first, createSpec('alice'));
  bench.keeper.lose(first);
  bench.put(createRouted('orders'));
  await bench.untilTold(id, 'Routed', 'True Routed');
  const second = createAgent('s2', 'alice');
  expect((await bench.keeper.register(second, createSpec('alice'))).waiting).toBeUndefined();
  bench.keeper.reconsider();
  expect([first.events, second.events]).toEqual([[], []]);
});

test('a clock of another manager that is far ahead keeps nobody waiting', async () => {
  const ahead = createRouted('orders', { routedSince: new Date(startMs + 3_600_000).toISOString() });
  await using bench = await openKeeperBench({ objects: [createIntercept(id, 'alice'), ahead] });
  expect((await bench.keeper.register(createAgent('s1', 'alice'), createSpec('alice'))).waiting).toBeUndefined();
});
