import { z } from '@switchyard/config';
import { InterceptError } from '@switchyard/contract';
import { createHash, randomUUID } from 'node:crypto';
import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Host } from '../host.ts';
import { refuseReadable } from '../token.ts';

/** What the issuer gave for one manager. Never shown. */
export interface SignIn {
  /** Origin of the manager that it is for. */
  readonly manager: string;
  readonly issuer: string;
  readonly clientId: string;
  /** What proves the person to the manager. */
  readonly token: string;
  /** Until when, epoch milliseconds. */
  readonly expiresAtMs: number;
  /** Gives the next token; undefined where the issuer gives none. */
  readonly refreshToken?: string | undefined;
}

const signInSchema: z.ZodType<SignIn> = z.object({
  manager: z.string(),
  issuer: z.string(),
  clientId: z.string(),
  token: z.string(),
  expiresAtMs: z.number(),
  refreshToken: z.string().optional(),
});

/**
 * Where what is for one manager lies: a file of its own, so that none waits for another, in
 * `$XDG_STATE_HOME/switchyard/sign-ins`, by default under `~/.local/state`.
 */
export function toSignInPath({ env, home }: Pick<Host, 'env' | 'home'>, manager: URL): string {
  const base = env['XDG_STATE_HOME'] ?? '';
  const name = createHash('sha256').update(manager.origin).digest('hex').slice(0, 32);
  return join(base.startsWith('/') ? base : join(home, '.local', 'state'), 'switchyard', 'sign-ins', `${name}.json`);
}

/** What lies there; undefined where there is nothing. Rejects with `bad_config` where others can read it, or it is none. */
export async function readSignIn(path: string): Promise<SignIn | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (reason) {
    if (isMissing(reason)) return undefined;
    throw toUnreadable(path, reason);
  }
  await refuseReadable(path);
  try {
    return signInSchema.parse(JSON.parse(text));
  } catch (reason) {
    throw toUnreadable(path, reason);
  }
}

/** Saves it, whole or not at all, for nobody else to read. */
export async function writeSignIn(path: string, signIn: SignIn): Promise<void> {
  const folder = dirname(path);
  const draft = `${path}.${randomUUID()}`;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await chmod(folder, 0o700);
  try {
    await writeFile(draft, JSON.stringify(signIn), { mode: 0o600, flag: 'wx' });
    await rename(draft, path);
  } finally {
    await rm(draft, { force: true });
  }
}

/** Removes it; that there is none is fine. */
export async function removeSignIn(path: string): Promise<void> {
  await rm(path, { force: true });
}

function toUnreadable(path: string, cause: unknown): InterceptError {
  return new InterceptError('bad_config', `The file ${path} with your sign-in cannot be read.`, {
    cause,
    hint: 'Sign in again: intercept login.',
  });
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}
