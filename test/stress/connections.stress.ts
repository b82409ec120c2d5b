import { expect, test } from 'vitest';
import { openCrowd, type Answer } from './support/crowd.ts';
import { openStage, readResident } from './support/stage.ts';

const keyed = 'GET / HTTP/1.1\r\nHost: orders\r\nx-intercept-id: alice\r\n\r\n';
const plain = 'GET / HTTP/1.1\r\nHost: orders\r\n\r\n';

test('2,000 connections to one developer are answered by his process, one more is refused politely', async () => {
  await using stage = await openStage({ withAlice: true });
  using crowd = await openCrowd(stage.port, 2_000, keyed);
  expect(count(await Promise.all(crowd.answers))).toEqual({ '200 alice': 2_000 });
  using more = await openCrowd(stage.port, 10, keyed);
  expect(count(await Promise.all(more.answers))).toEqual({ '429 limit_reached': 10 });
  using others = await openCrowd(stage.port, 100, plain);
  expect(count(await Promise.all(others.answers))).toEqual({ '200 baseline': 100 });
});

test('8,000 idle connections are held, at less than 20 kB each', async () => {
  await using stage = await openStage({ withAlice: false });
  // What the first requests cost is not the connections' matter.
  using first = await openCrowd(stage.port, 100, plain);
  await Promise.all(first.answers);
  first[Symbol.dispose]();
  const before = readResident(stage.manager);
  using crowd = await openCrowd(stage.port, 8_000, plain);
  expect(count(await Promise.all(crowd.answers))).toEqual({ '200 baseline': 8_000 });
  const perPair = (readResident(stage.manager) - before) / 8_000;
  console.info(`${(perPair / 1e3).toFixed(1)} kB per idle pair`);
  expect(perPair).toBeLessThan(20_000);
});

test('10,000 requests for a developer who is gone are refused politely: 64 after they were held, the others at once', async () => {
  await using stage = await openStage({ withAlice: true });
  await stage.agent?.kill();
  // There is room for 8,000 connections. The last ones find none, whatever they want.
  using crowd = await openCrowd(stage.port, 7_900, keyed);
  using others = await openCrowd(stage.port, 100, plain);
  expect(count(await Promise.all(others.answers))).toEqual({ '200 baseline': 100 });
  using last = await openCrowd(stage.port, 2_000, keyed);
  expect(count(await Promise.all(last.answers))).toEqual({ '429 limit_reached': 2_000 });
  const counts = count(await Promise.all(crowd.answers));
  // Those that are held get the other answer when the time to hold is over, and so does whoever comes later than that.
  const [offline = 0, refused = 0] = [counts['503 developer_offline'], counts['429 limit_reached']];
  expect(counts).toEqual({ '503 developer_offline': offline, '429 limit_reached': refused });
  expect([offline + refused, offline >= 64]).toEqual([7_900, true]);
});

/** How many answers there are of each kind. */
function count(answers: readonly Answer[]): Readonly<Record<string, number>> {
  const kinds = Map.groupBy(answers, ({ status, errorCode, origin }) => `${status} ${errorCode ?? origin}`);
  return Object.fromEntries([...kinds].map(([kind, own]) => [kind, own.length]));
}
