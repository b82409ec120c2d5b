import { createFakeClock } from '@switchyard/testkit';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, type TestContext } from 'vitest';
import { readLoginToken } from './login-token.ts';
import { writeSignIn } from './sign-in-file.ts';

const clock = createFakeClock();
const saved = { manager: 'https://manager.example', issuer: 'https://id.example', clientId: 'switchyard', token: 'old' };

async function openPath({ onTestFinished }: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'switchyard-sign-in-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return join(folder, 'sign-ins', 'one.json');
}

function issue(): { readonly refreshed: string[]; readonly openIssuer: Parameters<typeof readLoginToken>[1]['openIssuer'] } {
  const refreshed: string[] = [];
  const refresh = async (refreshToken: string): Promise<{ token: string; expiresAtMs: number; refreshToken: string }> => {
    refreshed.push(refreshToken);
    return { token: 'new', expiresAtMs: clock.date().getTime() + 3_600_000, refreshToken: 'next' };
  };
  return { refreshed, openIssuer: async () => ({ refresh }) };
}

test.for([
  [60_001, 'old', []],
  [60_000, 'new', ['first']],
  [-1, 'new', ['first']],
] as const)('a token that is good for another %d ms: the %s one is used [cli.refreshMs]', async ([leftMs, token, asked], context) => {
  const path = await openPath(context);
  const { refreshed, openIssuer } = issue();
  await writeSignIn(path, { ...saved, expiresAtMs: clock.date().getTime() + leftMs, refreshToken: 'first' });
  expect(await readLoginToken(path, { clock, openIssuer })).toBe(token);
  expect(refreshed).toEqual(asked);
  expect(await readLoginToken(path, { clock, openIssuer })).toBe(token);
  expect(refreshed).toEqual(asked);
  expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject({ token, refreshToken: token === 'new' ? 'next' : 'first' });
});

test('without a refresh token a sign-in that has run out is over; without a file there is none', async (context) => {
  const path = await openPath(context);
  const { openIssuer } = issue();
  expect(await readLoginToken(path, { clock, openIssuer })).toBeUndefined();
  await writeSignIn(path, { ...saved, expiresAtMs: 0 });
  await expect(readLoginToken(path, { clock, openIssuer })).rejects.toMatchObject({
    code: 'not_signed_in',
    message: 'Your sign-in for https://manager.example has run out.',
  });
});

test.for(['{', '{}', '{"token":7}'])('a file that says %s is refused, and not repeated', async (text, context) => {
  const path = await openPath(context);
  const { openIssuer } = issue();
  await writeSignIn(path, { ...saved, expiresAtMs: 0 });
  await writeFile(path, text);
  await expect(readLoginToken(path, { clock, openIssuer })).rejects.toMatchObject({
    code: 'bad_config',
    hint: 'Sign in again: intercept login.',
  });
});
