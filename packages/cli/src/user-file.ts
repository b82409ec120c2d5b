import { label, readDocument, withYamlValue, z } from '@switchyard/config';
import { InterceptError, type RoutingKey } from '@switchyard/contract';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { formatVersion, managerUrl } from './fields.ts';
import type { Host } from './host.ts';

/** What the person's own file says. */
export interface UserFile {
  readonly key?: string | undefined;
  readonly manager?: URL | undefined;
  readonly context?: string | undefined;
  readonly namespace?: string | undefined;
  readonly token?: string | undefined;
}

const userFileSchema: z.ZodType<UserFile> = z.strictObject({
  apiVersion: z.literal(formatVersion),
  kind: z.literal('User'),
  key: label.optional().describe('Your routing key; `run` and `up` save it.'),
  manager: managerUrl.optional().describe('The manager to talk to.'),
  context: z.string().min(1).optional().describe('The context of your kubeconfig.'),
  namespace: label.optional().describe('The namespace of the cluster.'),
  token: z.string().min(1).optional().describe('What proves who you are, at this manager only.'),
});

/** Where the person's own file lies: `$XDG_CONFIG_HOME/switchyard/config.yaml`, by default under `~/.config`. */
export function toUserFilePath({ env, home }: Pick<Host, 'env' | 'home'>): string {
  const base = env['XDG_CONFIG_HOME'] ?? '';
  return join(base.startsWith('/') ? base : join(home, '.config'), 'switchyard', 'config.yaml');
}

/** The person's own file; undefined where there is none. Throws `bad_config`. */
export async function readUserFile(path: string): Promise<UserFile | undefined> {
  try {
    return await readDocument(path, userFileSchema);
  } catch (error) {
    if (error instanceof InterceptError && isMissing(error.cause)) return undefined;
    throw error;
  }
}

/** Saves the key in the person's own file, whole or not at all; what else stands there stays. Answers whether it was another one before. */
export async function saveKey(path: string, key: RoutingKey): Promise<boolean> {
  const before = await readFile(path, 'utf8').catch((error: unknown) => {
    if (isMissing(error)) return `apiVersion: ${formatVersion}\nkind: User\n`;
    throw error;
  });
  const after = withYamlValue(before, 'key', key);
  if (after === undefined || after === before) return false;
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.${process.pid}`;
  try {
    await writeFile(draft, after, { mode: 0o600 });
    await rename(draft, path);
  } finally {
    await rm(draft, { force: true });
  }
  return true;
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}
