import { chmod, writeFile } from 'node:fs/promises';
import { expect, test, type TestContext } from 'vitest';
import { openFolder } from '../test/programs.ts';
import { findPodToken, isMadeForManagers, refuseInClear, resolveToken } from './token.ts';

async function writeToken({ onTestFinished }: TestContext, text: string, mode = 0o600): Promise<string> {
  const folder = await openFolder();
  onTestFinished(() => folder[Symbol.asyncDispose]());
  const path = await folder.write('token', text);
  await chmod(path, mode);
  return path;
}

test('the flag is stronger than the variable, and that than the user file', async (context) => {
  const file = await writeToken(context, 'from-flag\n');
  const own = await writeToken(context, 'apiVersion: ...\n');
  const userFile = { path: own, token: 'own' };
  expect(await resolveToken({ file, environment: 'from-env', userFile })).toMatchObject({ value: 'from-flag', source: 'flag' });
  expect(await resolveToken({ file: undefined, environment: 'from-env', userFile })).toMatchObject({
    value: 'from-env',
    source: 'environment',
  });
  expect(await resolveToken({ file: undefined, environment: undefined, userFile })).toMatchObject({ value: 'own', source: 'user file' });
  expect(await resolveToken({ file: undefined, environment: undefined, userFile: undefined })).toBeUndefined();
});

test.for([0o640, 0o604, 0o660, 0o644])('a file of mode %o is no place for a token, whichever file it is', async (mode, context) => {
  const path = await writeToken(context, 'hunter2', mode);
  const refused = { code: 'bad_config', message: expect.stringMatching(/^Others can read \S+ \(mode 06/), hint: `Run: chmod 600 ${path}` };
  const nothing = { file: undefined, environment: undefined, userFile: undefined };
  await expect(resolveToken({ ...nothing, file: path })).rejects.toMatchObject(refused);
  await expect(resolveToken({ ...nothing, userFile: { path, token: 'hunter2' } })).rejects.toMatchObject(refused);
});

test.for(['', '  \n', 'two words', 'a'.repeat(8_193), 'umlaut-ü', 'bell\u0007'])(
  'no token: %j, which is not repeated',
  async (text, context) => {
    const file = await writeToken(context, text);
    const failure: unknown = await resolveToken({ file, environment: undefined, userFile: undefined }).catch((reason: unknown) => reason);
    expect(failure).toMatchObject({ code: 'bad_config', message: expect.stringContaining('holds no token') });
    if (text.trim() !== '') expect(String(failure)).not.toContain(text.trim());
  },
);

test('a token may have 8192 characters [cli.tokenBytes]', async (context) => {
  const longest = 'a'.repeat(8_192);
  const nothing = { file: undefined, environment: undefined, userFile: undefined };
  const file = await writeToken(context, `${longest}\n`);
  expect(await resolveToken({ ...nothing, file })).toMatchObject({ value: longest });
  expect(await resolveToken({ ...nothing, environment: longest })).toMatchObject({ value: longest });
  const longer = await writeToken(context, `${longest}a\n`);
  for (const given of [{ file: longer }, { environment: `${longest}a` }]) {
    await expect(resolveToken({ ...nothing, ...given })).rejects.toMatchObject({ code: 'bad_config' });
  }
});

test('a file that is not there, or never ends', async () => {
  const ask = (file: string) => resolveToken({ file, environment: undefined, userFile: undefined });
  await expect(ask('/nowhere/token')).rejects.toMatchObject({ code: 'bad_config', message: expect.stringContaining('cannot be read') });
  await expect(ask('/dev/zero')).rejects.toMatchObject({ code: 'bad_config' });
});

test.for(['https://manager.corp', 'http://localhost:7480', 'http://127.3.2.1:1', 'http://[::1]:7480', 'unix:///run/x'])(
  '%s keeps a token',
  (url) => {
    refuseInClear(new URL(url), { isCheap: false });
  },
);

test.for(['http://manager.corp:7480', 'http://10.0.0.1', 'http://localhost.evil.example', 'http://127.example', 'http://[::2]'])(
  '%s would show it to everybody on the way',
  (url) => {
    expect(() => refuseInClear(new URL(url), { isCheap: false })).toThrow(/is not sent to http:.*without TLS/);
  },
);

test.for([
  ['http://switchyard-manager:7480', true],
  ['http://switchyard-manager.shop.svc:7480', true],
  ['http://switchyard-manager.shop.svc.cluster.local:7480', true],
  ['http://manager.svc.example:7480', false],
  ['http://10.0.0.1:7480', false],
] as const)('a token that is worth nothing elsewhere may go to %s: %j', ([url, may]) => {
  const send = (): void => refuseInClear(new URL(url), { isCheap: true });
  if (may) expect(send).not.toThrow();
  else expect(send).toThrow(/is not sent/);
  expect(() => refuseInClear(new URL(url), { isCheap: false })).toThrow(/is not sent/);
});

test('a token in a file is read again each time it is needed', async (context) => {
  const file = await writeToken(context, 'first');
  const token = await resolveToken({ file, environment: undefined, userFile: undefined });
  expect(await token?.read()).toBe('first');
  await writeFile(file, 'second');
  expect(await token?.read()).toBe('second');
});

test('the token of a pod is found where its volume is mounted', async (context) => {
  expect(await findPodToken('/nowhere/token')).toBeUndefined();
  expect(await findPodToken(await writeToken(context, 'mounted'))).toMatchObject({ value: 'mounted', source: 'pod', isCheap: true });
});

test.for([
  ['/var/run/secrets/switchyard.dev/token', true],
  ['/run/secrets/switchyard.dev/token', true],
  ['/var/run/secrets/kubernetes.io/serviceaccount/token', false],
  ['/run/secrets/database', false],
  ['/home/alice/run/secrets/switchyard.dev/token', false],
] as const)('%s is for managers alone: %j', ([path, isCheap]) => {
  expect(isMadeForManagers(path)).toBe(isCheap);
});
