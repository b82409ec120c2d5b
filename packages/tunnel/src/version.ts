import { InterceptError } from '@switchyard/contract';
import type { VersionRange } from '@switchyard/wire';

/** The protocol versions that this software speaks: the newest and the one before. */
export const protocolVersions: VersionRange = { min: 1, max: 2 };

/** The highest version that both ends speak; throws `version_mismatch` naming both ranges. */
export function negotiateVersion(agent: VersionRange, manager: VersionRange = protocolVersions): number {
  const version = Math.min(agent.max, manager.max);
  if (version >= agent.min && version >= manager.min) return version;
  const older = agent.max < manager.min ? 'intercept command' : 'manager';
  throw new InterceptError(
    'version_mismatch',
    `The agent speaks protocol ${toText(agent)} and this manager ${toText(manager)}: they have none in common.`,
    { hint: `Upgrade the ${older}.` },
  );
}

function toText({ min, max }: VersionRange): string {
  return min === max ? `version ${min}` : `versions ${min} to ${max}`;
}
