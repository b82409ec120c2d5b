import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

test('a mistyped option is told in one sentence', () => {
  const program = fileURLToPath(new URL('./main.ts', import.meta.url));
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, '--onec'], { encoding: 'utf8', timeout: 30_000 });
  expect({ status, stdout, stderr }).toEqual({
    status: 2,
    stdout: '',
    stderr: "error: Unknown option '--onec'.\nSee `pnpm demo --help`.\n",
  });
}, 40_000);
