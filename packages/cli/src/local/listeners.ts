import { readdir, readFile, readlink } from 'node:fs/promises';

/** A TCP port on which a process listens. */
export interface Listener {
  /** Where to connect to: an address of this machine, or `localhost` for any of its loopback addresses. */
  readonly host: string;
  readonly port: number;
}

/**
 * The TCP ports on which the processes of a session (setsid) listen, lowest first. By `/proc`, so on Linux only: undefined elsewhere.
 * A process that ends meanwhile is left out.
 */
export async function listListeners(session: number): Promise<readonly Listener[] | undefined> {
  const table = await readListeningSockets(session);
  if (table === undefined) return undefined;
  const owned = new Set((await Promise.all((await listProcesses(session)).map(listSocketInodes))).flat());
  const hosts = new Map<number, Set<string>>();
  for (const { inode, host, port } of table) {
    if (owned.has(inode)) hosts.set(port, (hosts.get(port) ?? new Set()).add(host));
  }
  return [...hosts].map(([port, found]) => ({ port, host: toOneHost(found) })).toSorted((a, b) => a.port - b.port);
}

/** A port that listens on several addresses is reached over loopback. */
function toOneHost(hosts: ReadonlySet<string>): string {
  const [first] = hosts;
  return hosts.size === 1 && first !== undefined ? first : 'localhost';
}

/** A listening socket, as the kernel knows it. */
export interface ListeningSocket extends Listener {
  readonly inode: string;
}

/** The listening sockets of the network namespace that a process is in. */
export async function readListeningSockets(pid: number): Promise<readonly ListeningSocket[] | undefined> {
  const four = await readText(`/proc/${pid}/net/tcp`);
  if (four === undefined) return undefined;
  const six = (await readText(`/proc/${pid}/net/tcp6`)) ?? '';
  return [four, six].flatMap((table) => table.split('\n').slice(1).flatMap(parseRow));
}

/** One row of `/proc/net/tcp` (proc(5)) where it listens: state 0A. */
function parseRow(row: string): readonly ListeningSocket[] {
  const [, local = '', , state, , , , , , inode] = row.trim().split(/\s+/);
  if (state !== '0A' || inode === undefined) return [];
  const [address = '', port = ''] = local.split(':');
  return [{ inode, host: toHost(address), port: Number.parseInt(port, 16) }];
}

/** An address as the kernel prints it: 32-bit words in the machine's byte order. */
function toHost(hex: string): string {
  const bytes = Buffer.from(hex, 'hex');
  bytes.swap32();
  if (bytes.every((byte) => byte === 0)) return 'localhost';
  if (bytes.length === 4) return bytes.join('.');
  const groups = Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(index * 2).toString(16));
  const text = groups.join(':');
  return text === '0:0:0:0:0:0:0:1' ? '::1' : text;
}

async function listProcesses(session: number): Promise<readonly string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const sessions = await Promise.all(pids.map(async (pid) => sessionOf((await readText(`/proc/${pid}/stat`)) ?? '')));
  return pids.filter((_, index) => sessions[index] === session);
}

/** The sixth field of `/proc/PID/stat`; the second is a name in parentheses that may hold anything. */
function sessionOf(stat: string): number {
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[3]);
}

/** The sockets that a process has open; none where this user may not know. */
export async function listSocketInodes(pid: string): Promise<readonly string[]> {
  const folder = `/proc/${pid}/fd`;
  const names = await readdir(folder).catch(() => []);
  const targets = await Promise.all(names.map((name) => readlink(`${folder}/${name}`).catch(() => '')));
  return targets.flatMap((target) => /^socket:\[(\d+)\]$/.exec(target)?.[1] ?? []);
}

async function readText(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(() => undefined);
}
