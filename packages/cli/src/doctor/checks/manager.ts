import { protocolVersions } from '@switchyard/tunnel';
import { fail, ok, toFinding, type Check } from '../check.ts';

/** Whether a manager answers, how it is reached, and whether it speaks our protocol. */
export const managerCheck: Check = {
  id: 'manager',
  title: 'manager',
  async run({ manager, settings }) {
    await settings();
    try {
      const { way, info, roundTripMs } = await manager();
      const { min, max } = info.protocol;
      if (max < protocolVersions.min || min > protocolVersions.max) {
        const ours = `${protocolVersions.min} to ${protocolVersions.max}`;
        return fail(
          `version ${info.version} speaks the protocol versions ${min} to ${max}, and this program ${ours}`,
          'Update the older one of the two.',
        );
      }
      return ok(`version ${info.version}, ${way}, ${roundTripMs.toFixed(1)} ms there and back`);
    } catch (reason) {
      return toFinding(reason);
    }
  },
};
