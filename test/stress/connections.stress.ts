import { expect, test } from 'vitest';
import { openCrowd } from './support/crowd.ts';
import { openStage, readResident } from './support/stage.ts';

const keyed = 'GET / HTTP/1.1\r\nHost: orders\r\nx-intercept-id: alice\r\n\r\n';
const plain = 'GET / HTTP/1.1\r\nHost: orders\r\n\r\n';

test('2,000 connections to one developer are answered by his process, one more is refused politely', async () => {
  await using stage = await openStage({ withAlice: true });
  using crowd = await openCrowd(stage.port, 2_000, keyed);
  expect((await Promise.all(crowd.answers)).filter(({ origin }) => origin === 'alice')).toHaveLength(2_000);
  using more = await openCrowd(stage.port, 10, keyed);
  const refused = new Set((await Promise.all(more.answers)).map(({ status, errorCode }) => `${status} ${errorCode}`));
  expect(refused).toEqual(new Set(['429 limit_reached']));
  using others = await openCrowd(stage.port, 100, plain);
  expect((await Promise.all(others.answers)).filter(({ origin }) => origin === 'baseline')).toHaveLength(100);
});

test('8,000 idle connections are held, at 20 kB each', async () => {
  await using stage = await openStage({ withAlice: false });
  // What the first requests cost is not the connections' matter.
  using first = await openCrowd(stage.port, 100, plain);
  await Promise.all(first.answers);
  const before = readResident(stage.manager);
  using crowd = await openCrowd(stage.port, 8_000, plain);
  expect((await Promise.all(crowd.answers)).filter(({ origin }) => origin === 'baseline')).toHaveLength(8_000);
  const perPair = (readResident(stage.manager) - before) / 8_000;
  console.info(`${(perPair / 1e3).toFixed(1)} kB per idle pair`);
  expect(perPair).toBeLessThan(20_000);
});

test('of 10,000 requests for a developer who is gone, 64 are held and the others refused at once, all politely', async () => {
  await using stage = await openStage({ withAlice: true });
  await stage.agent?.kill();
  using crowd = await openCrowd(stage.port, 10_000, keyed);
  using others = await openCrowd(stage.port, 100, plain);
  expect((await Promise.all(others.answers)).filter(({ origin }) => origin === 'baseline')).toHaveLength(100);
  const counts = Map.groupBy(await Promise.all(crowd.answers), ({ status, errorCode }) => `${status} ${errorCode}`);
  expect(Object.fromEntries([...counts].map(([answer, own]) => [answer, own.length]))).toEqual({
    '503 developer_offline': 64,
    '429 limit_reached': 9_936,
  });
});
