import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pickPort } from '../../process/free-port.ts';
import { waitFor } from '../../process/wait-for.ts';
import { liveKey, type Contender } from '../contender.ts';
import { probe } from '../probe.ts';
import { readOwnVersion } from './own-version.ts';

const managerMain = fileURLToPath(new URL('../../../packages/manager/src/main.ts', import.meta.url));
const cliMain = fileURLToPath(new URL('../../../packages/cli/src/main.ts', import.meta.url));

/** The real programs: the manager, and `intercept up` on the developer's side of the tunnel. The CPU time of both counts. */
export const switchyard: Contender = {
  name: 'Switchyard',
  version: readOwnVersion,
  open: async (bench) => {
    const [port, api, health] = [await pickPort(), await pickPort(), await pickPort()];
    const file = join(bench.owner.folder, 'manager.yaml');
    writeFileSync(file, toConfig({ port, api, health, origin: bench.origins.baseline }));
    const manager = bench.startNode('switchyard-manager', managerMain, ['--config', file]);
    await manager.listening(port);
    const delivery = `orders=127.0.0.1:${bench.origins.developer}`;
    const agent = bench.startNode('switchyard-agent', cliMain, ['up', delivery, '--key', liveKey, '--manager', `http://127.0.0.1:${api}`]);
    await waitFor(async () => (await probe(port, liveKey)) === 'developer', {
      what: `the intercept to become effective; see ${agent.logPath}`,
      timeoutMs: 10_000,
    });
    return { port, processes: [manager, agent] };
  },
};

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
