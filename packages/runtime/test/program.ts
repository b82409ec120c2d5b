// A program for main.test.ts: its first argument says how it behaves.
import { InterceptError } from '@switchyard/contract';
import { runMain, type MainContext } from '../src/main.ts';
import { sleep } from '../src/sleep.ts';
import { createSystemClock } from '../src/system-clock.ts';

const behaviours: Readonly<Record<string, (context: MainContext) => Promise<number>>> = {
  'return-3': async () => 3,
  'throw-usage': async () => {
    throw new InterceptError('bad_usage', 'No such command.', { hint: 'Try --help.' });
  },
  'throw-fault': async () => {
    throw new TypeError('undefined is not a function');
  },
  uncaught: () =>
    new Promise(() => {
      setTimeout(() => {
        throw new Error('nobody caught me');
      }, 1);
    }),
  wait: async ({ signal, stdout }) => {
    await sleep(createSystemClock(), 20, signal);
    stdout.write('awake\n');
    return 0;
  },
  linger: async () => {
    setInterval(() => {}, 60_000);
    return 0;
  },
  'until-stopped': async ({ signal, stdout }) => {
    const keepAlive = setInterval(() => {}, 60_000);
    stdout.write('ready\n');
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    clearInterval(keepAlive);
    stdout.write(`${String(signal.reason.detail.signal)}\n`);
    return 0;
  },
  stubborn: ({ signal, stdout }) =>
    new Promise(() => {
      setInterval(() => {}, 60_000);
      signal.addEventListener('abort', () => stdout.write('still here\n'));
      stdout.write('ready\n');
    }),
  chatty: async ({ stdout, stderr }) => {
    for (let line = 0; line < 1_000; line += 1) {
      stdout.write(`${'x'.repeat(1_000)}\n`);
      await new Promise(setImmediate);
    }
    stderr.write('done\n');
    return 0;
  },
};

await runMain(async (context) => behaviours[context.argv[0] ?? '']?.(context) ?? 99);
