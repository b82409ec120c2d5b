import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pickPort } from '../process/free-port.ts';
import type { OwnedProcess } from '../process/process-owner.ts';
import type { Workbench } from './contender.ts';

const main = fileURLToPath(new URL('../../packages/manager/src/main.ts', import.meta.url));

/** A manager that routes `orders`. */
export interface ManagerUnderTest {
  readonly process: OwnedProcess;
  /** Where callers reach `orders`. */
  readonly port: number;
  /** Of the tunnel and the API. */
  readonly url: URL;
}

/** How it is started. */
export interface ManagerOptions {
  readonly name: string;
  /** For the tunnel and the API; undefined: they are plaintext. */
  readonly tls?: { readonly certFile: string; readonly keyFile: string } | undefined;
}

/** Starts the real program in front of the baseline. */
export async function startManager(bench: Workbench, { name, tls }: ManagerOptions): Promise<ManagerUnderTest> {
  const [port, api, health] = [await pickPort(), await pickPort(), await pickPort()];
  const file = join(mkdtempSync(join(bench.owner.folder, 'manager-')), 'manager.yaml');
  writeFileSync(
    file,
    `${toConfig({ port, api, health, origin: bench.origins.baseline })}${tls === undefined ? '' : `tls: ${JSON.stringify(tls)}\n`}`,
  );
  const process = bench.startNode(name, main, ['--config', file]);
  await process.listening(port);
  return { process, port, url: new URL(`${tls === undefined ? 'http' : 'https'}://127.0.0.1:${api}`) };
}

function toConfig(ports: { readonly port: number; readonly api: number; readonly health: number; readonly origin: number }): string {
  return `
apiVersion: switchyard.dev/v1
kind: Manager
listen: 127.0.0.1:${ports.api}
health: 127.0.0.1:${ports.health}
auth: { mode: none }
services:
  - name: orders
    ports:
      - { name: http, listen: 127.0.0.1:${ports.port}, origin: 127.0.0.1:${ports.origin}, protocol: http }
`;
}
