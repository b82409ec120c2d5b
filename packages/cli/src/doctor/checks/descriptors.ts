import { readFile } from 'node:fs/promises';
import { cliLimits } from '../../limits.ts';
import { ok, skipped, warn, type Check } from '../check.ts';

/** Whether this process may have as many connections open as an intercept of a busy service needs. */
export const descriptorsCheck: Check = {
  id: 'descriptors',
  title: 'open files',
  async run() {
    const limits = await readFile('/proc/self/limits', 'utf8').catch(() => '');
    const soft = /^Max open files\s+(\d+|unlimited)/m.exec(limits)?.[1];
    if (soft === undefined) return skipped('their limit is not known on this system');
    if (soft === 'unlimited' || Number(soft) >= cliLimits.openFiles.value) return ok(`up to ${soft}`);
    return warn(
      `only up to ${soft}: connections of a busy service are refused beyond`,
      `Raise the limit: ulimit -n ${cliLimits.openFiles.value}`,
    );
  },
};
