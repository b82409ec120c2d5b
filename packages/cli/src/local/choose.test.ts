import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { choose } from './choose.ts';

function terminal(typed: string): {
  stdin: PassThrough & { isTTY: boolean };
  stderr: { isTTY: boolean; write: (text: string) => void; text: string };
} {
  const stdin = Object.assign(new PassThrough(), { isTTY: true });
  stdin.write(typed);
  const stderr = { isTTY: true, text: '', write: (text: string) => void (stderr.text += text) };
  return { stdin, stderr };
}

const never = new AbortController().signal;

test.each([
  ['2\n', 1],
  ['1\r\n', 0],
  ['0\n', undefined],
  ['3\n', undefined],
  ['\n', undefined],
  ['two\n', undefined],
])('typed %j: %s', async (typed, expected) => {
  const host = terminal(typed);
  expect(await choose(host, 'Which?', ['a', 'b'], never)).toBe(expected);
  expect(host.stderr.text).toBe('Which?\n  1) a\n  2) b\n1-2: ');
});

test('nobody is asked without a terminal', async () => {
  const host = terminal('1\n');
  host.stdin.isTTY = false;
  expect(await choose(host, 'Which?', ['a'], never)).toBeUndefined();
  expect(host.stderr.text).toBe('');
});

test('the question can be given up', async () => {
  const stop = new AbortController();
  const answer = choose(terminal(''), 'Which?', ['a'], stop.signal);
  stop.abort();
  await expect(answer).rejects.toMatchObject({ name: 'AbortError' });
});
