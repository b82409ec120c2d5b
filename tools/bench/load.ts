import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** One burst of load. */
export interface Load {
  readonly url: string;
  readonly seconds: number;
  readonly connections: number;
  readonly headers: readonly string[];
  /** A file with a Lua script for wrk. */
  readonly script: string | undefined;
  readonly cpu: number;
  readonly signal: AbortSignal;
}

/** What came of it. */
export interface LoadResult {
  readonly requests: number;
  readonly requestsPerSecond: number;
}

/** Runs wrk, pinned. Throws when any answer was not 2xx or any connection failed, as such a figure would say nothing. */
export async function applyLoad(load: Load): Promise<LoadResult> {
  const { url, seconds, connections, headers, script, cpu, signal } = load;
  const wrk = [
    'wrk',
    '-t1',
    `-c${connections}`,
    `-d${seconds}s`,
    ...headers.flatMap((header) => ['-H', header]),
    ...(script === undefined ? [] : ['-s', script]),
    url,
  ];
  const { stdout } = await run('taskset', ['-c', String(cpu), ...wrk], { signal, timeout: (seconds + 15) * 1_000 });
  return parseLoadResult(stdout);
}

/** Reads what wrk prints. */
export function parseLoadResult(text: string): LoadResult {
  const failure = /^\s*(Non-2xx.*|Socket errors.*)$/m.exec(text)?.[1];
  if (failure !== undefined) throw new Error(`wrk reports: ${failure}`);
  return { requests: readNumber(text, /(\d+) requests in/), requestsPerSecond: readNumber(text, /Requests\/sec:\s+([\d.]+)/) };
}

function readNumber(text: string, pattern: RegExp): number {
  const found = pattern.exec(text)?.[1];
  if (found === undefined) throw new Error(`wrk printed nothing like ${pattern.source}:\n${text}`);
  return Number(found);
}
