import { silentLog } from '@switchyard/contract';
import { standDownAnnotation } from '@switchyard/kube';
import { createFakeClock } from '@switchyard/testkit';
import { expect, test } from 'vitest';
import { watchStandDown } from './stand-down.ts';

test('whether to stand down is what the Lease says now; each change is told and logged once [manager.standDownMs]', () => {
  const clock = createFakeClock();
  const lease: { annotations: Record<string, string> } = { annotations: {} };
  const lines: string[] = [];
  const note = (event: string): void => void lines.push(event);
  const changes: boolean[] = [];
  using watched = watchStandDown({ clock, log: { ...silentLog, warn: note, info: note } }, lease, () => void changes.push(watched.isAsked));
  for (const [asked, before, after] of [
    [false, 0, 0],
    [true, 0, 1],
    [true, 1, 1],
    [false, 1, 2],
  ] as const) {
    lease.annotations = asked ? { [standDownAnnotation]: 'true' } : { other: 'note' };
    clock.advance(999);
    expect(changes).toHaveLength(before);
    clock.advance(1);
    expect(changes).toHaveLength(after);
  }
  expect(changes).toEqual([true, false]);
  expect(lines).toEqual(['standing_down', 'stand_down_ended']);
});
