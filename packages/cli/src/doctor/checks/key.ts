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
      return toFinding(reason);
    }
  },
};
