import { createFakeClock, until } from '@switchyard/testkit';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { openFolder } from '../../test/programs.ts';
import { startChild } from './child.ts';

test('a command that does not heed the signal is killed after 10 s, with all that it started [cli.stopGraceMs]', async () => {
  await using folder = await openFolder();
  const forever = 'while :; do sleep 0.05; done';
  const clock = createFakeClock();
  const child = await startChild(
    { clock },
    {
      command: ['sh', '-c', `trap '' TERM; (${forever}) & : > deaf; ${forever}`],
      cwd: folder.path,
      env: { PATH: '/usr/bin:/bin' },
      stdout: 'stderr',
      onExit: () => () => {},
    },
  );
  await until(() => existsSync(join(folder.path, 'deaf')));
  const stopped = child.stop('SIGTERM');
  for (let passedMs = 0; passedMs < 9_980; passedMs += 20) {
    clock.advance(20);
    await setImmediate();
  }
  expect(process.kill(-child.pid, 0)).toBe(true);
  clock.advance(20);
  await stopped;
  expect(await child.exited).toBe(137);
});
