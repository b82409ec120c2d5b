import { readFile, writeFile } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { openDeveloper, type Developer } from './developer.ts';
import type { Person } from './people.ts';
import { must, run } from '../../../tools/process/run.ts';

/** A developer's machine in a network of its own. Dispose takes the network away. */
export interface Island extends Developer {
  /** What can be reached from there, tried by connecting. */
  reaches(): Promise<{ readonly apiServer: boolean; readonly cluster: boolean }>;
}

const name = 'switchyard-e2e';
const cable = 'switchyard-e2e';
const here = '10.212.0.1';
const there = '10.212.0.2';

/**
 * Puts a machine for `person` into a network namespace whose only cable leads to a relay to the API server: no route to nodes, pods,
 * services or names. Needs root and iproute2.
 */
export async function openIsland(person: Person): Promise<Island> {
  await using opened = new AsyncDisposableStack();
  const server = await readServer(person.kubeconfig);
  opened.defer(async () => {
    await run('ip', ['link', 'delete', cable]);
    await run('ip', ['netns', 'delete', name]);
  });
  await must('ip', ['netns', 'add', name]);
  await must('ip', ['link', 'add', cable, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name]);
  await must('ip', ['address', 'add', `${here}/30`, 'dev', cable]);
  await must('ip', ['link', 'set', cable, 'up']);
  await must('ip', ['-n', name, 'address', 'add', `${there}/30`, 'dev', 'eth0']);
  await must('ip', ['-n', name, 'link', 'set', 'eth0', 'up']);
  await must('ip', ['-n', name, 'link', 'set', 'lo', 'up']);
  opened.use(await openRelay(server));
  const kubeconfig = await redirect(person.kubeconfig, server);
  const developer = opened.use(await openDeveloper({ ...person, kubeconfig }, ['ip', 'netns', 'exec', name]));
  const owned = opened.move();
  const canConnect = async (host: string, port: number): Promise<boolean> => {
    const script = `const s=require('node:net').connect({host:'${host}',port:${port},timeout:2000});s.on('connect',()=>process.exit(0));s.on('timeout',()=>process.exit(1));s.on('error',()=>process.exit(1))`;
    return (await run('ip', ['netns', 'exec', name, process.execPath, '-e', script])).exitCode === 0;
  };
  return {
    ...developer,
    reaches: async () => ({
      apiServer: await canConnect(here, server.port),
      cluster: (await canConnect('10.96.0.1', 443)) || (await canConnect('10.96.0.10', 53)) || (await canConnect(server.host, server.port)),
    }),
    [Symbol.asyncDispose]: async () => owned.disposeAsync(),
  };
}

interface ServerAddress {
  readonly host: string;
  readonly port: number;
}

interface Config {
  readonly clusters: [{ cluster: Record<string, unknown> & { server: string } }];
}

async function readServer(kubeconfig: string): Promise<ServerAddress> {
  const { clusters } = JSON.parse(await readFile(kubeconfig, 'utf8')) as Config;
  const { hostname, port } = new URL(clusters[0].cluster.server);
  return { host: hostname, port: Number(port || 443) };
}

/** The same kubeconfig by way of the relay; the certificate is still that of the real server. */
async function redirect(kubeconfig: string, { host, port }: ServerAddress): Promise<string> {
  const config = JSON.parse(await readFile(kubeconfig, 'utf8')) as Config;
  const { cluster } = config.clusters[0];
  cluster.server = `https://${here}:${port}`;
  cluster['tls-server-name'] = host;
  const path = join(kubeconfig, '..', 'island.json');
  await writeFile(path, JSON.stringify(config), { mode: 0o600 });
  return path;
}

/** Passes connections on to the API server, as a company's VPN would. */
async function openRelay(to: ServerAddress): Promise<AsyncDisposable> {
  const sockets = new Set<Socket>();
  const relay = createServer((near) => {
    const far = connect(to);
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket);
      socket.pipe(other);
      socket.on('error', () => other.destroy());
      socket.on('close', () => sockets.delete(socket));
    }
  });
  relay.listen(to.port, here);
  await once(relay, 'listening');
  return {
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      relay.close();
      await once(relay, 'close');
    },
  };
}
