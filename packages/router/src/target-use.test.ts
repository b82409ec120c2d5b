import { expect, test } from 'vitest';
import type { Target } from '@switchyard/contract';
import { TargetUse } from './target-use.ts';

const alice: Target = { t: 'direct', host: '127.0.0.1', port: 1 };
const bob: Target = { t: 'direct', host: '127.0.0.1', port: 2 };
const baseline: Target = { t: 'baseline', host: '127.0.0.1', port: 1 };

test('one target cannot have more than its share; others and the baseline are not concerned', () => {
  const use = new TargetUse(2);
  const give = use.take(alice);
  use.take(alice);
  use.take(baseline);
  expect([use.hasRoom(alice), use.hasRoom(bob), use.hasRoom(baseline)]).toEqual([false, true, true]);
  give();
  expect(use.hasRoom(alice)).toBe(true);
});
