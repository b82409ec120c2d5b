import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pickPort } from '../process/free-port.ts';
import type { OwnedProcess, ProcessOwner } from '../process/process-owner.ts';
import { readInstalledVersion } from './contenders/installed-version.ts';
import type { Side } from './contender.ts';
import { toNginxConfig } from './nginx-config.ts';
import { bulkBytes, toPath, workloads } from './workload.ts';

/** The HTTP servers behind every proxy. */
export interface Origins {
  readonly ports: Readonly<Record<Side, number>>;
  /** What they are, for the report. */
  readonly about: string;
}

/** Starts a program on the CPU that is kept for load and origin. */
export type StartOrigin = (name: string, command: string, args: readonly string[]) => OwnedProcess;

/** nginx where it is installed, else plain node:http, which is slower but costs the proxy in front of it the same. */
export async function openOrigins(owner: ProcessOwner, start: StartOrigin): Promise<Origins> {
  const ports = { baseline: await pickPort(), developer: await pickPort() };
  const version = readInstalledVersion('nginx', '-v');
  const processes = version === undefined ? startNodeOrigins(ports, start) : startNginxOrigins(owner.folder, ports, start);
  for (const process of processes) for (const port of process.ports) await process.program.listening(port);
  return { ports, about: version === undefined ? `node:http ${globalThis.process.versions.node}` : `nginx ${version}` };
}

interface StartedOrigin {
  readonly program: OwnedProcess;
  readonly ports: readonly number[];
}

function startNginxOrigins(parent: string, ports: Origins['ports'], start: StartOrigin): readonly StartedOrigin[] {
  const folder = join(parent, 'nginx-origin');
  mkdirSync(join(folder, 'bytes'), { recursive: true });
  for (const bytes of new Set([...workloads.map(({ bodyBytes }) => bodyBytes), bulkBytes])) {
    const path = join(folder, toPath(bytes));
    writeFileSync(path, '');
    // Files with a hole are served like others, and take no room.
    truncateSync(path, bytes);
  }
  const server = (side: Side): string => `
  server {
    listen 127.0.0.1:${ports[side]} backlog=4096;
    location / { default_type text/plain; return 200 ${side}; }
    location /bytes/ { root ${folder}; }
  }`;
  const config = `sendfile on; tcp_nodelay on; open_file_cache max=16;${server('baseline')}${server('developer')}`;
  const file = join(folder, 'nginx.conf');
  writeFileSync(file, toNginxConfig(folder, config));
  return [{ program: start('origin', 'nginx', ['-e', join(folder, 'error.log'), '-c', file]), ports: Object.values(ports) }];
}

function startNodeOrigins(ports: Origins['ports'], start: StartOrigin): readonly StartedOrigin[] {
  const script = fileURLToPath(new URL('under-test/origin.ts', import.meta.url));
  const one = (side: Side): StartedOrigin => ({
    program: start(`origin-${side}`, process.execPath, [script, String(ports[side]), side]),
    ports: [ports[side]],
  });
  return [one('baseline'), one('developer')];
}
