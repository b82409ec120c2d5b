import { expect, test } from 'vitest';
import { createCpuTime } from './cpu-time.ts';

test.runIf(process.platform === 'linux')('counts the CPU time of a process as the process itself does', () => {
  const { read } = createCpuTime();
  const before = { kernel: read([process.pid]), own: process.cpuUsage() };
  const end = performance.now() + 300;
  while (performance.now() < end);
  const { user, system } = process.cpuUsage(before.own);
  // A tick is 10 ms.
  expect(Math.abs(read([process.pid]) - before.kernel - (user + system))).toBeLessThanOrEqual(40_000);
});
