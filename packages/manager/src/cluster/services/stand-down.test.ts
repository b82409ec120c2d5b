import { silentLog } from '@switchyard/contract';
import { standDownAnnotation } from '@switchyard/kube';
import { createFakeClock } from '@switchyard/testkit';
import { expect, test } from 'vitest';
import { serviceLimits } from '../../limits.ts';
import { watchStandDown } from './stand-down.ts';

test('whether to stand down is what the Lease says now; each change is told and logged once', () => {
  const clock = createFakeClock();
  const lease: { annotations: Record<string, string> } = { annotations: {} };
  const lines: string[] = [];
  const note = (event: string): void => void lines.push(event);
  const changes: boolean[] = [];
  using watched = watchStandDown({ clock, log: { ...silentLog, warn: note, info: note } }, lease, () => void changes.push(watched.isAsked));
  for (const asked of [false, true, true, false]) {
    lease.annotations = asked ? { [standDownAnnotation]: 'true' } : { other: 'note' };
    clock.advance(serviceLimits.standDownMs.value);
  }
  expect(changes).toEqual([true, false]);
  expect(lines).toEqual(['standing_down', 'stand_down_ended']);
});
