import { InterceptError } from '@switchyard/contract';
import { createLog } from '@switchyard/runtime';
import { constants } from 'node:os';
import type { AnyCommand, RawArgs } from './command.ts';
import { commands } from './commands/index.ts';
import { outputOptions } from './common-options.ts';
import type { Context } from './context.ts';
import type { Host } from './host.ts';
import { createOutput, outputFormats, type OutputFormat } from './output.ts';
import type { ProgramDescription } from './program-description.ts';
import { parseCommandLine } from './register.ts';
import { environmentVariables } from './settings.ts';
import { version } from './version.ts';

/** The whole program, as data. */
export const program: ProgramDescription = {
  name: 'intercept',
  about: 'Answer the requests that carry your key from your own machine.',
  commands,
  groups: { config: 'The configuration files', policy: 'The policies of a namespace', admin: 'Managers in a cluster, for administrators' },
  commonOptions: outputOptions,
  epilogue: ['Environment:', ...environmentVariables.map(([name, about]) => `  ${name.padEnd(19)} ${about}`)].join('\n'),
};

/** Runs one command line and answers the exit code. Never rejects. */
export async function runProgram(host: Host): Promise<number> {
  const { clock } = host;
  const output = createOutput({ ...toOutputOptions(host.argv), env: host.env, clock, stdout: host.stdout, stderr: host.stderr });
  try {
    const request = parseCommandLine(program, host.argv);
    if (request.t === 'run') return await runCommand({ host, output, clock }, request.command, request.args);
    host.stdout.write(`${request.t === 'version' ? version : request.text}\n`);
    return 0;
  } catch (reason) {
    const error = InterceptError.from(reason);
    if (error.code !== 'canceled') output.fail(error);
    return toExitCode(error);
  }
}

async function runCommand(base: Pick<Context, 'host' | 'output' | 'clock'>, command: AnyCommand, args: RawArgs): Promise<number> {
  const level = args.options['verbose'] === true ? 'debug' : 'error';
  const log = createLog({ name: program.name, level, format: 'text', destination: base.host.stderr });
  return command.invoke(args, { ...base, log });
}

/** A stop by a signal exits as shells say it: 128 and the signal's number. */
function toExitCode(error: InterceptError): number {
  const name = error.code === 'canceled' ? error.detail?.['signal'] : undefined;
  return typeof name === 'string' && isSignal(name) ? 128 + constants.signals[name] : error.row.exit;
}

function isSignal(name: string): name is NodeJS.Signals {
  return Object.hasOwn(constants.signals, name);
}

/** How to write must be known before the command line is understood: its mistakes are written so too. */
function toOutputOptions(argv: readonly string[]): { format: OutputFormat; quiet: boolean; verbose: boolean; color: boolean } {
  const end = argv.indexOf('--');
  const words = end === -1 ? argv : argv.slice(0, end);
  const format = words
    .map((word, index) => (/^(?:-o|--output)$/.test(word) ? words[index + 1] : /^(?:-o=?|--output=)(.+)$/.exec(word)?.[1]))
    .find((each) => each !== undefined);
  return {
    format: outputFormats.find((each) => each === format) ?? 'text',
    quiet: words.includes('-q') || words.includes('--quiet'),
    verbose: words.includes('-v') || words.includes('--verbose'),
    color: !words.includes('--no-color'),
  };
}
