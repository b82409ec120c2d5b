import { silentLog, type Log } from '@switchyard/contract';
import { createFakeClock, openTestAuthority, until, type TestAuthority } from '@switchyard/testkit';
import type { ServerIdentity } from '@switchyard/tunnel';
import { copyFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TlsFiles } from '../config/manager-config.ts';
import { readIdentity, watchIdentity } from './identity-files.ts';

let authority: TestAuthority;
let files: TlsFiles;
beforeAll(async () => {
  authority = await openTestAuthority();
  files = { certFile: join(authority.folder, 'tls.crt'), keyFile: join(authority.folder, 'tls.key') };
});
afterAll(() => authority[Symbol.asyncDispose]());

/** Puts a fresh certificate where the manager reads it. */
async function replace(): Promise<void> {
  const { certFile, keyFile } = await authority.issue();
  await Promise.all([copyFile(certFile, files.certFile), copyFile(keyFile, files.keyFile)]);
}

test('files that change are read again, once per change; what cannot be used is logged once and changes nothing [manager.certificateCheckMs]', async () => {
  await replace();
  const clock = createFakeClock();
  const logged: string[] = [];
  const log: Log = { ...silentLog, info: (event) => void logged.push(event), warn: (event) => void logged.push(event) };
  const renewed: ServerIdentity[] = [];
  let usable = true;
  const renew = (identity: ServerIdentity): void => {
    if (!usable) throw new Error('mismatch');
    renewed.push(identity);
  };
  using watch = watchIdentity({ clock, log }, files, await readIdentity(files), renew);
  const look = async (): Promise<void> => {
    clock.advance(10_000);
    await until(() => clock.pending === 1);
  };
  await look();
  expect(logged).toEqual([]);

  await replace();
  clock.advance(9_999);
  await setImmediate();
  expect(renewed).toEqual([]);
  clock.advance(1);
  await until(() => renewed.length === 1 && clock.pending === 1);
  await look();
  expect(renewed).toEqual([await readIdentity(files)]);
  expect(logged.splice(0)).toEqual(['certificate_renewed']);

  usable = false;
  await replace();
  await look();
  await look();
  expect(logged.splice(0)).toEqual(['certificate_not_renewed']);

  await rm(files.keyFile);
  await look();
  await look();
  expect(logged.splice(0)).toEqual(['certificate_not_renewed']);

  usable = true;
  await replace();
  await look();
  expect(logged).toEqual(['certificate_renewed']);
  watch[Symbol.dispose]();
  expect(clock.pending).toBe(0);
});

test('a file that is not there is bad configuration, by its name', async () => {
  await expect(readIdentity({ ...files, certFile: '/nowhere/tls.crt' })).rejects.toMatchObject({
    code: 'bad_config',
    message: expect.stringContaining('/nowhere/tls.crt'),
  });
});
