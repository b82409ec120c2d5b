import { spawnSync } from 'node:child_process';

/** The first version number that `command` prints about itself, or undefined when there is no such command. */
export function readInstalledVersion(command: string, flag: string): string | undefined {
  const { error, stdout, stderr } = spawnSync(command, [flag], { timeout: 5_000 });
  if (error !== undefined) return undefined;
  return /\d+\.\d+(?:\.\d+)?/.exec(`${stdout.toString()}${stderr.toString()}`)?.[0] ?? 'of unknown version';
}
