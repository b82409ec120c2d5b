import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isListening } from '../process/free-port.ts';
import type { OwnedProcess, ProcessOwner } from '../process/process-owner.ts';
import { waitFor } from '../process/wait-for.ts';
import { createKeptConnection } from './kept-connection.ts';
import { readOrdersVersion } from './shop-answer.ts';
import { toManagerConfig, type DemoPorts } from './ports.ts';

const toPath = (relative: string): string => fileURLToPath(new URL(`../../${relative}`, import.meta.url));
const shop = toPath('examples/shop/');
const managerMain = toPath('packages/manager/src/main.ts');
const cliMain = toPath('packages/cli/src/main.ts');

/** Everybody who takes part, as programs. What is opened ends with the owner. */
export interface Stage {
  openShop(): Promise<void>;
  openManager(): Promise<void>;
  /** Resolves when requests with alice's key reach her. */
  aliceRuns(): Promise<void>;
  startBob(): Promise<void>;
  /** Resolves when requests with bob's key reach him. */
  bobJoins(): Promise<void>;
  crashBob(): Promise<void>;
  bobLeaves(): Promise<void>;
}

/** `signal` ends every wait. */
export function createStage(owner: ProcessOwner, ports: DemoPorts, signal: AbortSignal): Stage {
  const manager = `http://127.0.0.1:${ports.api}`;
  const urls = { ORDERS_URL: `http://127.0.0.1:${ports.routed.orders}`, PAYMENTS_URL: `http://127.0.0.1:${ports.routed.payments}` };
  const start = (name: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): OwnedProcess =>
    owner.start(name, process.execPath, { args, cwd: shop, env: { ...urls, ...env } });
  const intercept = (name: string, args: readonly string[], command: readonly string[] = []): OwnedProcess =>
    start(name, [cliMain, ...args, '--key', name, '--manager', manager, '--', ...command], {
      INTERCEPT_USER: name,
      XDG_CONFIG_HOME: join(owner.folder, name),
    });
  const reaches = async (name: string, program: OwnedProcess): Promise<void> => {
    using connection = createKeptConnection(ports.routed.orders);
    const what = `requests with ${name}'s key to reach ${name}; see ${program.logPath}`;
    const condition = async (): Promise<boolean> => {
      program.assertRunning();
      return readOrdersVersion((await connection.get({ 'x-intercept-id': name })).body) === name;
    };
    await waitFor(condition, { what, timeoutMs: 10_000, signal });
  };
  const bob: { process?: OwnedProcess; intercept?: OwnedProcess } = {};
  return {
    openShop: async () => {
      const services = ['web', 'orders', 'payments'] as const;
      await Promise.all(
        services.map(async (name) => start(name, [`${name}.js`], { PORT: String(ports.baseline[name]) }).listening(ports.baseline[name])),
      );
    },
    openManager: async () => {
      const file = join(owner.folder, 'manager.yaml');
      writeFileSync(file, toManagerConfig(ports));
      const program = start('manager', [managerMain, '--config', file]);
      await program.says('"event":"ready"');
    },
    aliceRuns: async () => reaches('alice', intercept('alice', ['run', 'orders'], ['node', 'my-orders.js'])),
    startBob: async () => {
      bob.process = start('bobs-orders', ['orders.js'], { PORT: String(ports.bob), ORDERS_VERSION: 'bob' });
      await bob.process.listening(ports.bob);
    },
    bobJoins: async () => {
      bob.intercept = intercept('bob', ['up', `orders=${ports.bob}`]);
      await reaches('bob', bob.intercept);
    },
    crashBob: async () => {
      await bob.process?.crash();
      await waitFor(async () => !(await isListening(ports.bob)), { what: `port ${ports.bob} to be free again`, signal });
    },
    bobLeaves: async () => bob.intercept?.stop(),
  };
}
