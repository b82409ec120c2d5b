import { execFile } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Requests at a fixed rate. */
export interface OpenLoad {
  readonly url: string;
  /** Requests per second, of all clients together. */
  readonly rate: number;
  readonly seconds: number;
  readonly headers: readonly string[];
  readonly cpu: number;
  /** For what the clients write down. */
  readonly folder: string;
  readonly signal: AbortSignal;
}

/** Started one after the other, their requests are not in step: connections of one h2load would send all at the same moment. */
const clients = 8;

/** Resolves with how long each answer took, in microseconds, sorted; undefined where less than 95 % of the rate was sent. Throws when one failed. */
export async function applyOpenLoad(load: OpenLoad): Promise<readonly number[] | undefined> {
  const logs = await Promise.all(Array.from({ length: clients }, async (_, client) => runClient(load, client)));
  const times = logs.flatMap(parseLog).toSorted((left, right) => left - right);
  return times.length < 0.95 * load.rate * load.seconds ? undefined : times;
}

async function runClient({ url, rate, seconds, headers, cpu, folder, signal }: OpenLoad, client: number): Promise<string> {
  const file = join(folder, `h2load-${client}.log`);
  const own = ['h2load', '--h1', '-c1', `--rps=${rate / clients}`, `-D${seconds}`, `--log-file=${file}`];
  const args = ['-c', String(cpu), ...own, ...headers.flatMap((header) => ['-H', header]), url];
  await run('taskset', args, { signal, timeout: (seconds + 15) * 1_000 });
  const text = await readFile(file, 'latin1');
  await rm(file);
  return text;
}

/** Reads h2load's log: begin, status and microseconds of each request. */
export function parseLog(text: string): readonly number[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [, status, micros] = line.split('\t');
      if (status !== '200') throw new Error(`h2load reports an answer with status ${status}.`);
      return Number(micros);
    });
}
