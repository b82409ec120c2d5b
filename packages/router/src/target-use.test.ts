import { expect, test } from 'vitest';
import { toBaseline, type KeyedTarget } from './destination.ts';
import { TargetUse } from './target-use.ts';

const alice: KeyedTarget = { t: 'direct', host: '127.0.0.1', port: 1 };
const bob: KeyedTarget = { t: 'direct', host: '127.0.0.1', port: 2 };

test('one target cannot have more than its share; others and the baseline are not concerned [router.connectionsPerIntercept]', () => {
  const use = new TargetUse(2);
  const give = use.take(alice);
  use.take(alice);
  use.take(toBaseline);
  expect([use.hasRoom(alice), use.hasRoom(bob), use.hasRoom(toBaseline)]).toEqual([false, true, true]);
  give();
  expect(use.hasRoom(alice)).toBe(true);
});
