import { expect, test } from 'vitest';
import { readCpuMicros } from './cpu-time.ts';

test.runIf(process.platform === 'linux')('counts the CPU time of a process as the process itself does', () => {
  const before = { kernel: readCpuMicros([process.pid]), own: process.cpuUsage() };
  const end = performance.now() + 300;
  while (performance.now() < end);
  const { user, system } = process.cpuUsage(before.own);
  expect(Math.abs(readCpuMicros([process.pid]) - before.kernel - (user + system))).toBeLessThanOrEqual(40_000);
});
