import { cliLimits } from '../../limits.ts';
import { ok, skipped, warn, type Check } from '../check.ts';

/** Whether this machine and the manager agree on what time it is. */
export const clockCheck: Check = {
  id: 'clock',
  title: 'clock',
  async run({ manager }) {
    const { aheadMs } = await manager();
    if (aheadMs === undefined) return skipped('this manager does not say what time it is');
    const offMs = Math.abs(aheadMs);
    if (offMs <= cliLimits.clockSkewMs.value) return ok('agrees with the manager');
    const which = aheadMs > 0 ? 'behind' : 'ahead of';
    return warn(
      `${(offMs / 1_000).toFixed(0)} s ${which} the manager's`,
      'Let both set their clocks by NTP: times in lists are off by so much, and certificates may seem over.',
    );
  },
};
