import { nearestWord } from '@switchyard/config';
import { InterceptError } from '@switchyard/contract';
import { logFormats, logLevels, type LogFormat, type LogLevel } from '@switchyard/runtime';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

/** What the command line asks for. */
export type Command =
  | { readonly t: 'help' }
  | { readonly t: 'version' }
  | { readonly t: 'hash-token' }
  | {
      readonly t: 'run';
      readonly config: string;
      /** Undefined: text on a terminal, else JSON. */
      readonly logFormat: LogFormat | undefined;
      readonly logLevel: LogLevel;
    };

/** What `--help` prints. */
export const help = `switchyard-manager --config FILE [--log-format json|text] [--log-level error|warn|info|debug]
    Routes the traffic of the services in FILE until it is told to stop (SIGINT, SIGTERM).
    Without --log-format the log is text on a terminal, else JSON. It goes to standard error.

switchyard-manager hash-token
    Reads a token from standard input and prints what stands for it in FILE, under auth.users:
    openssl rand -hex 32 | tee alice.token | switchyard-manager hash-token

switchyard-manager --version | --help

Exit codes: 0 stopped as told, 1 failure, 2 wrong usage or configuration.
`;

const options = {
  config: { type: 'string' },
  'log-format': { type: 'string' },
  'log-level': { type: 'string', default: 'info' },
  version: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** Reads the arguments after the program's name. Throws `bad_usage`. */
export function parseCommandLine(argv: readonly string[]): Command {
  const { values, positionals } = parse(argv);
  if (values.help === true) return { t: 'help' };
  if (values.version === true) return { t: 'version' };
  const [command, argument] = positionals;
  if (command === 'hash-token' && argument === undefined) return { t: 'hash-token' };
  // Not repeated: it may be the token.
  if (command === 'hash-token') throw usageError('hash-token reads the token from standard input, not from the command line.');
  if (command !== undefined) throw usageError(`There is no command "${command}".`);
  if (values.config === undefined) throw usageError('No configuration was named.', 'Name it with --config FILE.');
  const logFormat = values['log-format'];
  return {
    t: 'run',
    config: values.config,
    logFormat: logFormat === undefined ? undefined : oneOf('--log-format', logFormats, logFormat),
    logLevel: oneOf('--log-level', logLevels, values['log-level']),
  };
}

/**
 * The file that `--config` names. A script that `pnpm` runs is started in the package's directory, so there a relative path counts from
 * `INIT_CWD`, where the person is.
 */
export function resolveConfigFile(file: string, env: Readonly<Record<string, string | undefined>>, cwd: string): string {
  const callerCwd = env['npm_lifecycle_event'] === undefined ? undefined : env['INIT_CWD'];
  return callerCwd === undefined || resolve(callerCwd, file) === resolve(cwd, file) ? file : resolve(callerCwd, file);
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options, allowPositionals: true });
  } catch (cause) {
    const { message } = InterceptError.from(cause);
    const [, unknown] = /^Unknown option '--?([^']*)'/.exec(message) ?? [];
    if (unknown === undefined) throw usageError(message);
    const nearest = nearestWord(unknown, Object.keys(options));
    throw usageError(`There is no option --${unknown}.`, nearest && `Did you mean --${nearest}?`);
  }
}

function oneOf<T extends string>(option: string, known: readonly T[], text: string): T {
  const value = known.find((candidate) => candidate === text);
  if (value !== undefined) return value;
  throw usageError(`${option} must be one of ${known.join(', ')}, not "${text}".`);
}

function usageError(message: string, hint: string = 'See switchyard-manager --help.'): InterceptError {
  return new InterceptError('bad_usage', message, { hint });
}
