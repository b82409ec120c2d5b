import { readFile, readdir } from 'node:fs/promises';
import { listSocketInodes, readListeningSockets } from './listeners.ts';

/** Who listens on a port. */
export interface PortOwner {
  /** The address; `localhost` for all of this machine. */
  readonly host: string;
  /** Undefined where this user may not know it. */
  readonly process: { readonly id: number; readonly name: string } | undefined;
}

/** Who listens on a port of this machine, at each address. By `/proc`, so on Linux only: nobody elsewhere. */
export async function findPortOwners(port: number): Promise<readonly PortOwner[]> {
  const table = (await readListeningSockets(process.pid)) ?? [];
  const sockets = table.filter((socket) => socket.port === port);
  if (sockets.length === 0) return [];
  const owners = await findProcesses(new Set(sockets.map(({ inode }) => inode)));
  return sockets.map(({ host, inode }) => ({ host, process: owners.get(inode) }));
}

async function findProcesses(inodes: ReadonlySet<string>): Promise<ReadonlyMap<string, { readonly id: number; readonly name: string }>> {
  const found = new Map<string, { readonly id: number; readonly name: string }>();
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  await Promise.all(
    pids.map(async (pid) => {
      const [inode] = (await listSocketInodes(pid)).filter((each) => inodes.has(each));
      if (inode === undefined) return;
      const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '');
      found.set(inode, { id: Number(pid), name: name.trim().replaceAll(/\p{C}/gu, ' ') });
    }),
  );
  return found;
}
