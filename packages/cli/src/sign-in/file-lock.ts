import { InterceptError, type Clock } from '@switchyard/contract';
import { sleep } from '@switchyard/runtime';
import { mkdir, open, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { cliLimits } from '../limits.ts';

/**
 * Does `work` while no other process does the like for `path`. A lock whose process died is broken after `lockAgeMs`; whoever waits longer
 * than that gets `bad_config`.
 */
export async function withFileLock<T>(clock: Clock, path: string, work: () => Promise<T>): Promise<T> {
  const lock = `${path}.lock`;
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await take(clock, lock);
  try {
    return await work();
  } finally {
    await rm(lock, { force: true });
  }
}

async function take(clock: Clock, lock: string): Promise<void> {
  const patientUntilMs = clock.now() + 2 * cliLimits.lockAgeMs.value;
  while (!(await isTaken(lock))) {
    await breakIfOld(clock, lock);
    if (clock.now() > patientUntilMs) {
      throw new InterceptError('bad_config', `Another process holds ${lock} and does not give it back.`, { hint: `Remove ${lock}*.` });
    }
    await sleep(clock, cliLimits.lockLookMs.value, new AbortController().signal);
  }
}

/** Whether the lock is ours now. */
async function isTaken(lock: string): Promise<boolean> {
  try {
    await using _ = await open(lock, 'wx', 0o600);
    return true;
  } catch (reason) {
    if (reason instanceof Error && 'code' in reason && reason.code === 'EEXIST') return false;
    throw reason;
  }
}

/** One process breaks a lock at a time, and looks again when it may: else a second one would break the lock of whoever was quick. */
async function breakIfOld(clock: Clock, lock: string): Promise<void> {
  const breaking = `${lock}.break`;
  if (!(await isOld(clock, lock)) || !(await isTaken(breaking))) return;
  try {
    if (await isOld(clock, lock)) await rm(lock, { force: true });
  } finally {
    await rm(breaking, { force: true });
  }
}

async function isOld(clock: Clock, lock: string): Promise<boolean> {
  const made = await stat(lock).catch(() => undefined);
  return made !== undefined && clock.date().getTime() - made.mtimeMs > cliLimits.lockAgeMs.value;
}
