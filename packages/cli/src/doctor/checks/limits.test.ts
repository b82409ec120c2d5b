import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import type { Subject } from '../subject.ts';
import { clockCheck } from './clock.ts';

test.for([
  [5_000, 'ok'],
  [-5_000, 'ok'],
  [5_001, 'warn'],
  [-5_001, 'warn'],
] as const)('a clock that is %i ms off: %s [cli.clockSkewMs]', async ([aheadMs, state]) => {
  const manager = async (): Promise<unknown> => ({ aheadMs });
  expect(await clockCheck.run({ manager } as unknown as Subject)).toMatchObject({ state });
});

test.for([
  [4_096, 'ok'],
  [4_095, 'warn'],
] as const)('a process that may open %i files: %s [cli.openFiles]', async ([most, state]) => {
  const module = JSON.stringify(new URL('./descriptors.ts', import.meta.url).href);
  const source = `import { descriptorsCheck } from ${module}; console.log((await descriptorsCheck.run()).state);`;
  const node = ['--conditions=source', '--input-type=module', '-e', source];
  const { stdout } = await promisify(execFile)('sh', ['-c', `ulimit -n ${most}; exec "$0" "$@"`, process.execPath, ...node]);
  expect(stdout).toBe(`${state}\n`);
});
