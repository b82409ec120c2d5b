import { nearestWord } from '@switchyard/config';
import { InterceptError } from '@switchyard/contract';
import { logFormats, logLevels, type LogFormat, type LogLevel } from '@switchyard/runtime';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

/** Where the log goes, and how much of it. */
export interface LogSettings {
  /** Undefined: text on a terminal, else JSON. */
  readonly logFormat: LogFormat | undefined;
  readonly logLevel: LogLevel;
}

/** What the command line asks for. */
export type Command =
  | { readonly t: 'help' }
  | { readonly t: 'version' }
  | { readonly t: 'hash-token' }
  /** A manager of the services in a file. */
  | ({ readonly t: 'standalone'; readonly config: string } & LogSettings)
  /** A manager of the Services of a namespace. */
  | ({ readonly t: 'cluster'; readonly config: string | undefined } & NamespaceSettings)
  /** Gives all Services of a namespace back. */
  | ({ readonly t: 'release' } & NamespaceSettings)
  /** Gives all Services of a namespace back when its managers are gone for too long. */
  | ({ readonly t: 'watchdog' } & NamespaceSettings);

/** What a command needs that works on a namespace. */
export interface NamespaceSettings extends LogSettings {
  /** Undefined: `POD_NAMESPACE`, else the pod's own, or that of the kubeconfig's context. */
  readonly namespace: string | undefined;
}

/** What `--help` prints. */
export const help = `switchyard-manager --config FILE
    Routes the traffic of the services in FILE until it is told to stop (SIGINT, SIGTERM).

switchyard-manager --role all [--config FILE] [--namespace NAMESPACE]
    Routes the traffic of the Services of a Kubernetes namespace, as its Intercept objects ask for. FILE has no services then.
    In a pod it needs POD_NAME and POD_IP in its environment, and serves the pod's own namespace unless another is named.

switchyard-manager release [--namespace NAMESPACE]
    Gives every Service of the namespace back to its owner, through the manager where one lives, else by itself, and ends all intercepts.

switchyard-manager watchdog [--namespace NAMESPACE]
    Gives every Service of the namespace back whenever no manager was ready for two minutes. Runs until it is told to stop.

switchyard-manager hash-token
    Reads a token from standard input and prints what stands for it in FILE, under auth.users:
    openssl rand -hex 32 | tee alice.token | switchyard-manager hash-token

switchyard-manager --version | --help

--log-format json|text and --log-level error|warn|info|debug go with all that run. Without --log-format the log is text on a terminal, else JSON.
It goes to standard error.

Exit codes: 0 done, or stopped as told; 1 failure; 2 wrong usage or configuration.
`;

const options = {
  config: { type: 'string' },
  role: { type: 'string' },
  namespace: { type: 'string', short: 'n' },
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
  const { config, role, namespace, 'log-format': logFormat, 'log-level': logLevel } = values;
  const log: LogSettings = {
    logFormat: logFormat === undefined ? undefined : oneOf('--log-format', logFormats, logFormat),
    logLevel: oneOf('--log-level', logLevels, logLevel),
  };
  if (command === 'release' || command === 'watchdog') {
    if (argument !== undefined) throw usageError(`${command} takes no argument "${argument}".`, 'Name the namespace with --namespace.');
    if (config !== undefined) throw usageError(`${command} reads no file: leave out --config.`);
    if (role !== undefined) throw usageError(`${command} is no manager: leave out --role.`);
    return { t: command, namespace, ...log };
  }
  if (command !== undefined) throw usageError(`There is no command "${command}".`, suggestCommand(command));
  if (role !== undefined) {
    oneOf('--role', roles, role);
    return { t: 'cluster', config, namespace, ...log };
  }
  if (namespace !== undefined)
    throw usageError('A manager without --role serves no namespace.', 'Add --role all, or leave out --namespace.');
  if (config === undefined)
    throw usageError('No configuration was named.', 'Name it with --config FILE, or serve a namespace with --role all.');
  return { t: 'standalone', config, ...log };
}

/** Control plane and router in one process. */
const roles = ['all'] as const;

function suggestCommand(command: string): string | undefined {
  const nearest = nearestWord(command, ['release', 'watchdog', 'hash-token']);
  return nearest && `Did you mean ${nearest}?`;
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
