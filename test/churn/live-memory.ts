import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { must } from '../../tools/process/run.ts';
import type { MemoryUsage } from './collect.ts';

const program = fileURLToPath(new URL('collect.ts', import.meta.url));
/** How long Node.js may take to open its inspector. */
const openingMs = 2_000;

/**
 * What a process of the test cluster needs in fact, MB: its heap after a collection of garbage, and the buffers outside of it. Resident
 * memory says less: it stays where a burst of garbage took it. Rejects where the process ends meanwhile.
 */
export async function readLiveMb(pid: number): Promise<number> {
  // Node.js opens its inspector upon this signal, for its own network namespace alone.
  process.kill(pid, 'SIGUSR1');
  const enter = [`--net=/proc/${pid}/ns/net`, process.execPath, program];
  const text = await must('nsenter', enter, { timeoutMs: 10_000 }).catch(async () => {
    await sleep(openingMs);
    return must('nsenter', enter, { timeoutMs: 10_000 });
  });
  const { heapUsed, external } = JSON.parse(text) as MemoryUsage;
  return (heapUsed + external) / (1_024 * 1_024);
}
