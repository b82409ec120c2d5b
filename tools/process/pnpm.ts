import process from 'node:process';
import { run, type Outcome } from './run.ts';

/** Runs a command of pnpm in `root`: of the pnpm that runs this process, else of the version that the documentation names. */
export async function runPnpm(args: readonly string[], root: string): Promise<Outcome> {
  const own = process.env['npm_execpath'] ?? '';
  const [program, ...before] = /pnpm[^/]*\.c?js$/.test(own) ? [process.execPath, own] : ['npx', '-y', 'pnpm@12'];
  return await run(program, [...before, ...args], { cwd: root, timeoutMs: 60_000 });
}
