import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { holdPort } from '../../../tools/process/free-port.ts';
import { openProgram, type Program } from '../../support/programs.ts';

/** The real programs around a service `orders`: an origin, a manager, and the agent of alice where one is wanted. */
export interface Stage extends AsyncDisposable {
  readonly manager: Program;
  /** Undefined without alice. */
  readonly agent: Program | undefined;
  /** Where callers reach `orders`. */
  readonly port: number;
  readonly healthPort: number;
}

/** Starts them; `withAlice`: the key `alice` leads to another origin, through a tunnel. */
export async function openStage({ withAlice }: { readonly withAlice: boolean }): Promise<Stage> {
  await using scope = new AsyncDisposableStack();
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-stress-'));
  scope.defer(() => rmSync(folder, { recursive: true }));
  const [port, api, health, baseline, local] = await findFreePorts();
  const start = async (file: string, args: readonly (string | number)[], text: string): Promise<Program> => {
    const program = scope.use(openProgram(file, args.map(String)));
    await program.untilPrinted(text);
    return program;
  };
  await start('test/stress/support/origin-program.ts', [baseline, 'baseline'], 'listening');
  const file = join(folder, 'manager.yaml');
  writeFileSync(file, toConfig({ port, api, health, baseline }));
  const manager = await start('packages/manager/src/main.ts', ['--config', file], 'ready');
  if (withAlice) await start('test/stress/support/origin-program.ts', [local, 'alice'], 'listening');
  const agent = withAlice ? await start('test/support/agent-program.ts', [api, 'alice', local], 'connected') : undefined;
  const owned = scope.move();
  return { manager, agent, port, healthPort: health, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** All at once: asked one after the other, a system whose ports are nearly all taken would name the same one again. */
async function findFreePorts(): Promise<readonly [number, number, number, number, number]> {
  await using held = new AsyncDisposableStack();
  const next = async (): Promise<number> => {
    const port = await holdPort(0);
    if (port === undefined) throw new Error('No port is free.');
    return held.use(port).port;
  };
  return [await next(), await next(), await next(), await next(), await next()];
}

function toConfig(ports: Readonly<Record<'port' | 'api' | 'health' | 'baseline', number>>): string {
  return `
apiVersion: switchyard.dev/v1
kind: Manager
listen: 127.0.0.1:${ports.api}
health: 127.0.0.1:${ports.health}
services:
  - name: orders
    ports:
      - { name: http, listen: 127.0.0.1:${ports.port}, origin: 127.0.0.1:${ports.baseline} }
`;
}

/** Resident memory of a program, in bytes. */
export function readResident({ pid }: Program): number {
  const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1];
  if (kibibytes === undefined) throw new Error('This process has no memory: it ended.');
  return Number(kibibytes) * 1024;
}
