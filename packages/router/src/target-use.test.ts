import { expect, test } from 'vitest';
import { parseRoutingKey, parseServiceName, toInterceptId } from '@switchyard/contract';
import { toBaseline, type KeyedTarget } from './destination.ts';
import { TargetUse } from './target-use.ts';

const intercept = toInterceptId(parseServiceName('orders'), 'http', parseRoutingKey('alice'));
const alice: KeyedTarget = { t: 'direct', host: '127.0.0.1', port: 1, intercept };
const bob: KeyedTarget = { t: 'direct', host: '127.0.0.1', port: 2, intercept };

test('one target cannot have more than its share; others and the baseline are not concerned [router.connectionsPerIntercept]', () => {
  const use = new TargetUse(2);
  const give = use.take(alice);
  use.take(alice);
  use.take(toBaseline);
  expect([use.hasRoom(alice), use.hasRoom(bob), use.hasRoom(toBaseline)]).toEqual([false, true, true]);
  give();
  expect(use.hasRoom(alice)).toBe(true);
});
