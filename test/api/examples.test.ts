import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { openTestSystem } from '../support/test-system.ts';

test('every command in docs/api.md works as it stands there', async () => {
  const page = await readFile(new URL('../../docs/api.md', import.meta.url), 'utf8');
  const commands = [...page.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, text = '']) => text);
  expect(commands.length).toBeGreaterThanOrEqual(3);
  await using system = await openTestSystem({ keys: ['alice'] });
  const env = { PATH: process.env['PATH'], MANAGER: `http://127.0.0.1:${system.manager.apiPort}`, ME: 'alice' };
  const outputs = await Promise.all(commands.map(async (command) => (await promisify(execFile)('sh', ['-euc', command], { env })).stdout));
  expect(outputs.every((output) => output !== '')).toBe(true);
  expect(outputs.join('\n')).toContain('"outcome":');
  expect(outputs.join('\n')).toContain('event: session_opened');
});
