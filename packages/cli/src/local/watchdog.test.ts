import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { expect, test, vi, type TestContext } from 'vitest';

vi.setConfig({ testTimeout: 40_000 });

/** A group of two processes that says `ready`; `trap` is what both do on SIGTERM. */
async function startGroup({ onTestFinished }: TestContext, trap: string): Promise<{ readonly pid: number; readonly child: ChildProcess }> {
  const script = `trap '${trap}' TERM; (trap '${trap}' TERM; while :; do sleep 0.05; done) & echo ready; while :; do sleep 0.05; done`;
  const child = spawn('sh', ['-c', script], { detached: true, stdio: ['ignore', 'pipe', 'ignore'] });
  const pid = child.pid ?? 0;
  onTestFinished(() => void (isAlive(pid) && process.kill(-pid, 'SIGKILL')));
  await once(child.stdout, 'data');
  return { pid, child };
}

/** Another process watches the group, then does what `last` says, and is gone. */
async function watchFromAProcess(group: number, last: string): Promise<void> {
  const source = `import { startWatchdog } from ${JSON.stringify(new URL('./watchdog.ts', import.meta.url).href)};
const watchdog = startWatchdog(${group}, 1000);
${last}`;
  await once(spawn(process.execPath, ['--input-type=module', '-e', source], { stdio: 'ignore' }), 'exit');
}

function isAlive(group: number): boolean {
  try {
    return process.kill(-group, 0);
  } catch {
    return false;
  }
}

const killItself = "process.kill(process.pid, 'SIGKILL')";

test.concurrent('after kill -9 the group is told to stop', async (context) => {
  const { pid, child } = await startGroup(context, 'exit 5');
  // Both hold its standard output.
  const closed = once(child, 'close');
  await watchFromAProcess(pid, killItself);
  expect(await closed).toEqual([5, null]);
});

test.concurrent('what does not heed that is killed after the grace', async (context) => {
  const { pid, child } = await startGroup(context, ':');
  const closed = once(child, 'close');
  const startMs = performance.now();
  await watchFromAProcess(pid, killItself);
  expect(await closed).toEqual([null, 'SIGKILL']);
  expect(performance.now() - startMs).toBeGreaterThan(1_000);
});

test.concurrent('a watch that was ended touches nothing', async (context) => {
  const { pid, child } = await startGroup(context, 'exit 5');
  let over = false;
  void once(child, 'exit').then(() => (over = true));
  await watchFromAProcess(pid, `watchdog.end(); setTimeout(() => ${killItself}, 50)`);
  await watchFromAProcess(pid, `watchdog.end(); ${killItself}`);
  expect({ over, alive: isAlive(pid) }).toEqual({ over: false, alive: true });
});
