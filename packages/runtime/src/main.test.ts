import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, test, vi } from 'vitest';

const program = fileURLToPath(new URL('../test/program.ts', import.meta.url));

/** A process of its own starts slowly where many do. */
vi.setConfig({ testTimeout: 40_000 });

type Child = ChildProcessByStdio<null, Readable, Readable>;

function start(behaviour: string): Child {
  return spawn(process.execPath, [program, behaviour], { stdio: ['ignore', 'pipe', 'pipe'] });
}

async function finish(child: Child): Promise<{ code: number; stdout: string; stderr: string }> {
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  return { code, stdout, stderr };
}

test.concurrent('the exit code is what main returns', async () => {
  expect(await finish(start('return-3'))).toEqual({ code: 3, stdout: '', stderr: '' });
});

test.concurrent('an error that main throws is shown with its hint and decides the exit code', async () => {
  expect(await finish(start('throw-usage'))).toEqual({ code: 2, stdout: '', stderr: 'error: No such command.\nTry --help.\n' });
});

test.concurrent('a fault is shown with its stack', async () => {
  const { code, stderr } = await finish(start('throw-fault'));
  expect(code).toBe(1);
  expect(stderr).toMatch(/^internal error: TypeError: undefined is not a function\n +at /);
});

test.concurrent('an uncaught error ends the process, shown once', async () => {
  const { code, stderr } = await finish(start('uncaught'));
  expect(code).toBe(1);
  expect(stderr.match(/nobody caught me/g)).toHaveLength(1);
});

test.concurrent('a program that only waits goes on', async () => {
  expect(await finish(start('wait'))).toEqual({ code: 0, stdout: 'awake\n', stderr: '' });
});

test.concurrent('a forgotten handle does not keep the process [runtime.lingerMs]', async () => {
  expect(await finish(start('linger'))).toMatchObject({ code: 0 });
});

test.concurrent.for(['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const)('%s stops in order', async (signal) => {
  const child = start('until-stopped');
  await once(child.stdout, 'readable');
  child.kill(signal);
  expect(await finish(child)).toEqual({ code: 0, stdout: `ready\n${signal}\n`, stderr: '' });
});

test.concurrent('a second signal ends the process at once', async () => {
  const child = start('stubborn');
  await once(child.stdout, 'data');
  child.kill('SIGTERM');
  await once(child.stdout, 'data');
  child.kill('SIGINT');
  expect(await finish(child)).toMatchObject({ code: 130 });
});

test.concurrent('a reader that goes away does not stop the work', async () => {
  const child = start('chatty');
  child.stdout.destroy();
  const [stderr, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
  expect({ stderr, code }).toEqual({ stderr: 'done\n', code: 0 });
});

test.concurrent('under a script runner, the end of the runner stops it in order', async () => {
  // As npx does it: a Node program starts a shell, the shell this program. Only the first one goes away.
  const command = `${process.execPath} ${program} until-stopped; true`;
  const script = `require('node:child_process').spawn('sh', ['-c', ${JSON.stringify(command)}], { stdio: ['ignore', 'inherit', 'inherit'] })`;
  const runner = spawn(process.execPath, ['-e', script], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, npm_lifecycle_event: 'manager' },
  });
  await once(runner.stdout, 'readable');
  runner.kill('SIGKILL');
  // The program holds our pipes: their end is its end.
  expect(await finish(runner)).toMatchObject({ stdout: 'ready\nSIGTERM\n', stderr: '' });
});
