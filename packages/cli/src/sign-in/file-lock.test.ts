import { createFakeClock } from '@switchyard/testkit';
import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { expect, test, type TestContext } from 'vitest';
import { withFileLock } from './file-lock.ts';

async function openPath({ onTestFinished }: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'switchyard-lock-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return join(folder, 'sign-in.json');
}

test('work for one file is done one after the other, and leaves no lock; the next looks after 50 ms [cli.lockLookMs]', async (context) => {
  const path = await openPath(context);
  const clock = createFakeClock();
  const first = Promise.withResolvers<void>();
  const done: string[] = [];
  const one = withFileLock(clock, path, async () => {
    await first.promise;
    done.push('one');
  });
  while ((await readdir(join(path, '..'))).length === 0) await setImmediate();
  const two = withFileLock(clock, path, async () => void done.push('two'));
  while (clock.pending === 0) await setImmediate();
  expect(done).toEqual([]);
  first.resolve();
  await one;
  clock.advance(50);
  await two;
  expect(done).toEqual(['one', 'two']);
  expect(await readdir(join(path, '..'))).toEqual([]);
});

test('of many that find the lock of a process that died one works at a time', async (context) => {
  const path = await openPath(context);
  const clock = createFakeClock();
  const old = clock.date().getTime() / 1_000 - 31;
  await writeFile(`${path}.lock`, '');
  await utimes(`${path}.lock`, old, old);
  let [working, most, done] = [0, 0, 0];
  const works = Array.from({ length: 8 }, () =>
    withFileLock(clock, path, async () => {
      most = Math.max(most, ++working);
      await setImmediate();
      working--;
      done++;
    }),
  );
  while (done < works.length) {
    if (clock.pending > 0) clock.advance(50);
    await setImmediate();
  }
  await Promise.all(works);
  expect(most).toBe(1);
  expect(await readdir(join(path, '..'))).toEqual([]);
});

test('the lock of a process that died is broken after 30 s [cli.lockAgeMs]', async (context) => {
  const path = await openPath(context);
  const clock = createFakeClock();
  const now = clock.date().getTime() / 1_000;
  await writeFile(`${path}.lock`, '');
  await utimes(`${path}.lock`, now - 29, now - 29);
  let isDone = false;
  const work = withFileLock(clock, path, async () => void (isDone = true));
  while (clock.pending === 0) await setImmediate();
  expect(isDone).toBe(false);
  clock.advance(2_000);
  while (!isDone) {
    // Time passes only while it waits, so that a slow disk does not make it lose patience.
    if (clock.pending > 0) clock.advance(50);
    await setImmediate();
  }
  await work;
});
