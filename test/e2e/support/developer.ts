import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { pickPort } from '../../../tools/process/free-port.ts';
import { openProcessOwner, type OwnedProcess, type ProcessOwner } from '../../../tools/process/process-owner.ts';
import { root } from './cluster.ts';
import type { Person } from './people.ts';
import { run, type Outcome } from '../../../tools/process/run.ts';
import { eventually } from './wait.ts';

const node = join(root, 'node_modules/node/bin/node');
/** The program as it is published: one file, nothing of this repository around it. */
const program = join(root, 'dist/intercept.js');

/** Somebody at a machine with nothing but the program and what proves them. Dispose ends what runs there. */
export interface Developer extends AsyncDisposable {
  /** Their home directory, where nothing is at first. */
  readonly home: string;
  /** Starts `intercept ARGS` and lets it run. */
  start(...args: readonly string[]): OwnedProcess;
  /** Runs `intercept ARGS` to its end. */
  intercept(...args: readonly string[]): Promise<Outcome>;
  /** Answers the requests for `service` with the shop's my-orders.js, as `key`; resolves when they arrive. */
  answer(service: string, key: string, ...args: readonly string[]): Promise<OwnedProcess>;
}

/**
 * A machine for `person`, where a `payments` of their own runs for their `orders` to ask. `prefix` is a command that runs others somewhere
 * else.
 */
export async function openDeveloper({ kubeconfig }: Person, prefix: readonly string[] = []): Promise<Developer> {
  return openMachine({ KUBECONFIG: kubeconfig }, prefix);
}

/** As `openDeveloper`, for somebody of whom nothing is known but these variables. */
export async function openMachine(variables: NodeJS.ProcessEnv, prefix: readonly string[] = []): Promise<Developer> {
  const payments = await pickPort();
  const { PATH, LANG, TZ } = process.env;
  const outside = { PATH, LANG, TZ, ...variables, PAYMENTS_URL: `http://127.0.0.1:${payments}` };
  const owner: ProcessOwner = openProcessOwner('switchyard-developer', outside, 10_000);
  const home = join(owner.folder, 'home');
  await mkdir(home);
  const [command, ...before] = [...prefix, node];
  const start = (title: string, args: readonly string[], more: NodeJS.ProcessEnv = {}): OwnedProcess =>
    owner.start(title, command, { args: [...before, ...args], env: { HOME: home, ...more } });
  start('payments', [join(root, 'examples/shop/payments.js')], { PORT: String(payments) });
  // Each has a log of its own.
  let started = 0;
  const developer: Developer = {
    home,
    start: (...args) => start(`intercept-${args[0] ?? ''}-${++started}`, [program, ...args]),
    intercept: async (...args) => run(command, [...before, program, ...args], { env: { ...outside, HOME: home }, timeoutMs: 180_000 }),
    async answer(service, key, ...args) {
      const running = developer.start('run', service, '--key', key, ...args, '--', node, join(root, 'examples/shop/my-orders.js'));
      await untilReady(running);
      return running;
    },
    [Symbol.asyncDispose]: async () => owner[Symbol.asyncDispose](),
  };
  return developer;
}

/** Resolves when `intercept run` says that requests arrive. A takeover on a busy machine may take longer than a program's start. */
async function untilReady(started: OwnedProcess): Promise<void> {
  await eventually(`${started.name} to be ready`, 60_000, () =>
    started.exitCode !== undefined || started.readLog().includes('ready:') ? true : undefined,
  );
  started.assertRunning();
}
