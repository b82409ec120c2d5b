import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';

const module = JSON.stringify(new URL('on-exit.ts', import.meta.url).href);

test.each([
  ['at the end of its program', '', 'cleaned'],
  ['at process.exit', 'process.exit(0);', 'cleaned'],
  ['not when it was taken back', 'exit[Symbol.dispose]();', ''],
])('runs %s', (_name, code, output) => {
  const program = `const { onExit } = await import(${module}); const exit = onExit(() => console.log('cleaned')); ${code}`;
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], { encoding: 'utf8' });
  expect(stdout.trim()).toBe(output);
});
