import { InterceptError } from '@switchyard/contract';
import { ok, toFinding, type Check } from '../check.ts';

/** Whether there is a routing key, and what says so. */
export const keyCheck: Check = {
  id: 'key',
  title: 'routing key',
  async run({ settings, control }) {
    const { key: resolveKey } = await settings();
    try {
      const { key, source } = await resolveKey(async () => (await control()).whoAmI());
      return ok(`${key} (from ${source === 'identity' ? 'your name' : `the ${source}`})`);
    } catch (reason) {
      // The check of the manager says it.
      if (InterceptError.from(reason).code === 'manager_unreachable') throw reason;
      return toFinding(reason);
    }
  },
};
