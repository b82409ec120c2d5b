import { delimiter, join } from 'node:path';
import process from 'node:process';
import { stripVTControlCharacters } from 'node:util';
import { run, type Outcome, type RunOptions } from '../process/run.ts';

/** Where and for how long a program runs. */
export interface CommandOptions extends Pick<RunOptions, 'input' | 'timeoutMs'> {
  readonly cwd: string;
  /** Added to this process's own. */
  readonly env?: Readonly<Record<string, string>>;
}

/** As `run`, without colours. */
export async function runCommand(program: string, args: readonly string[], options: CommandOptions): Promise<Outcome> {
  return await run(program, args, { ...options, env: { ...process.env, FORCE_COLOR: undefined, NO_COLOR: '1', ...options.env } });
}

/** As `runCommand`, for a program of the `node_modules` of `cwd`. */
export async function runTool(name: string, args: readonly string[], options: CommandOptions): Promise<Outcome> {
  const bin = join(options.cwd, 'node_modules', '.bin');
  const path = `${bin}${delimiter}${process.env['PATH'] ?? ''}`;
  return await runCommand(join(bin, name), args, { ...options, env: { PATH: path, ...options.env } });
}

/** Everything a program printed, standard error last, without colours: some tools ignore NO_COLOR where CI is set. */
export function printed(result: Outcome): string {
  return stripVTControlCharacters(`${result.stdout}${result.stderr}`).trimEnd();
}
