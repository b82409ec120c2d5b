import { spawnSync } from 'node:child_process';

/** The commit that is checked out, as Switchyard is measured from its sources. */
export function readOwnVersion(): string {
  const { stdout } = spawnSync('git', ['describe', '--always', '--dirty'], { cwd: import.meta.dirname });
  return `${stdout?.toString().trim() || 'of unknown commit'}, Node.js ${process.versions.node}`;
}
