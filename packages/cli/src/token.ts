import { InterceptError } from '@switchyard/contract';
import { isIPv4 } from 'node:net';
import { access, open } from 'node:fs/promises';
import { cliLimits } from './limits.ts';

/** What proves who the person is to a manager, and what said it. Never shown. */
export interface Token {
  /** As it was when it was looked for. */
  readonly value: string;
  readonly source: 'flag' | 'environment' | 'user file' | 'sign-in' | 'pod';
  /** Whether it is worth nothing but to this cluster's managers, and not for long. */
  readonly isCheap: boolean;
  /** As it is now: what lies in a file is replaced before it runs out. */
  read(): Promise<string>;
}

/** Where a token came from, for people. */
export function describeToken(token: Token | undefined): string {
  switch (token?.source) {
    case 'flag':
      return 'the token of --token-file';
    case 'environment':
      return 'the token of INTERCEPT_TOKEN';
    case 'user file':
      return 'the token of your own file';
    case 'sign-in':
      return 'your sign-in';
    case 'pod':
      return "this pod's token";
    case undefined:
      return 'the connection';
  }
}

/** Everything that may hold the token, the strongest first. */
export interface TokenCandidates {
  /** A file that holds nothing else: `--token-file`. */
  readonly file: string | undefined;
  /** `INTERCEPT_TOKEN`. */
  readonly environment: string | undefined;
  /** The person's own file, where it holds a token that is meant for this manager. */
  readonly userFile: { readonly path: string; readonly token: string } | undefined;
}

/** The token; undefined where nothing holds one. Rejects with `bad_config` for a file that others can read, or that holds no token. */
export async function resolveToken({ file, environment, userFile }: TokenCandidates): Promise<Token | undefined> {
  if (file !== undefined) return openToken('flag', () => readTokenFile(file), isMadeForManagers(file));
  if (environment !== undefined) return openToken('environment', async () => toToken(environment, 'INTERCEPT_TOKEN'));
  if (userFile === undefined) return undefined;
  await refuseReadable(userFile.path);
  return openToken('user file', async () => toToken(userFile.token, userFile.path));
}

/** A token that is read again whenever it is needed. Rejects as `read`. */
export async function openToken(source: Token['source'], read: () => Promise<string>, isCheap = false): Promise<Token> {
  return { value: await read(), source, isCheap, read };
}

/**
 * The token that the kubelet keeps for this pod, where its volume is mounted at the place that docs/signing-in.md names; undefined where it
 * is not.
 */
export async function findPodToken(path: string = podTokenPath): Promise<Token | undefined> {
  const isThere = await access(path).then(
    () => true,
    () => false,
  );
  return isThere ? openToken('pod', () => readTokenFile(path), true) : undefined;
}

const podTokenPath = '/var/run/secrets/switchyard.dev/token';

/** Whether the kubelet put it there: such files are for everybody in the container, who is one. */
function isMounted(path: string): boolean {
  return /^\/(?:var\/)?run\/secrets\//.test(path);
}

/** Whether a token lies where those for managers do. What else is mounted may open the API server, or be somebody's password. */
export function isMadeForManagers(path: string): boolean {
  return /^\/(?:var\/)?run\/secrets\/switchyard\.dev\//.test(path);
}

/**
 * Throws `bad_usage` where a token would cross a network that everybody on the way can read. A cheap one may cross the cluster's own: who
 * reads that could do more with it than the token allows.
 */
export function refuseInClear(url: URL, { isCheap }: Pick<Token, 'isCheap'>): void {
  if (url.protocol !== 'http:' || isThisMachine(url.hostname) || (isCheap && isService(url.hostname))) return;
  throw new InterceptError('bad_usage', `Your token is not sent to ${url.origin}: without TLS everybody on the way could read it.`, {
    hint: `Use https://${url.host}, or a forward from this machine: http://localhost:PORT.`,
  });
}

/** Whether a name is one that only a cluster's DNS knows. */
function isService(hostname: string): boolean {
  return !hostname.includes('.') || /\.svc(?:\.cluster\.local)?$/.test(hostname);
}

/** Whether what is sent there stays on this machine. */
export function isThisMachine(hostname: string): boolean {
  const plain = hostname.toLowerCase();
  return plain === 'localhost' || plain === '[::1]' || (isIPv4(plain) && plain.startsWith('127.'));
}

async function readTokenFile(path: string): Promise<string> {
  if (!isMounted(path)) await refuseReadable(path);
  return toToken(await readStart(path), path);
}

/** As far as a token can go, so that `--token-file /dev/zero` ends. */
async function readStart(path: string): Promise<string> {
  const most = cliLimits.tokenBytes.value;
  return await withFile(path, async (file) => {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(most + 2), 0, most + 2, null);
    return buffer.subarray(0, bytesRead).toString();
  });
}

/** Throws `bad_config` where others can read a file. Others are the group too: a token is one person's. */
export async function refuseReadable(path: string): Promise<void> {
  const mode = await withFile(path, async (file) => (await file.stat()).mode & 0o777);
  if (process.platform === 'win32' || (mode & 0o077) === 0) return;
  throw new InterceptError('bad_config', `Others can read ${path} (mode 0${mode.toString(8)}), so that the token in it is no secret.`, {
    hint: `Run: chmod 600 ${path}`,
  });
}

async function withFile<T>(path: string, use: (file: Awaited<ReturnType<typeof open>>) => Promise<T>): Promise<T> {
  try {
    await using file = await open(path);
    return await use(file);
  } catch (cause) {
    throw new InterceptError('bad_config', `The file ${path} with your token cannot be read.`, {
      cause,
      hint: 'Check the path, and who may read it.',
    });
  }
}

function toToken(text: string, where: string): string {
  const token = text.trim();
  if (/^[!-~]+$/.test(token) && token.length <= cliLimits.tokenBytes.value) return token;
  throw new InterceptError('bad_config', `${where} holds no token: a token is one word of printable ASCII.`, {
    hint: 'Ask the one who runs the manager for yours.',
  });
}
