import { spawn } from 'node:child_process';

/** Stops a process group should this process be killed. */
export interface Watchdog {
  /** Ends the watch without touching the group. Must be called when the group is gone: the system may give its number to another one. */
  end(): void;
}

/** Waits for the end of standard input, of which this process holds the only other end; then stops the group $1, with $2 s of grace. */
const script = `
read -r _
kill -TERM "-$1" || exit 0
left=$2
while [ "$left" -gt 0 ]; do
  sleep 1
  kill -0 "-$1" || exit 0
  left=$((left - 1))
done
kill -KILL "-$1"
`;

/**
 * Starts a small process that outlives this one and then stops the process group `group`: nothing else can, after SIGKILL. It has a session
 * of its own, so that the terminal's signals do not reach it. Where there is no /bin/sh (Windows) nothing is watched.
 */
export function startWatchdog(group: number, graceMs: number): Watchdog {
  const watchdog = spawn('/bin/sh', ['-c', script, 'sh', String(group), String(Math.ceil(graceMs / 1000))], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
    cwd: '/',
    env: { PATH: '/usr/bin:/bin' },
  });
  watchdog.on('error', () => {});
  watchdog.unref();
  return { end: () => void watchdog.kill('SIGKILL') };
}
