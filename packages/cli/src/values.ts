import { formatDuration, parseDuration, type Address } from '@switchyard/config';
import { InterceptError, isLabel, parseServiceName, type ServiceName, type WhenAway } from '@switchyard/contract';

/** What the words and values of a command line mean. Each parser throws `bad_usage`. */

/** A service's name. */
export function toService(text: string): ServiceName {
  return parseServiceName(text);
}

/** A TCP port: 1 to 65535. */
export function toPort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port >= 1 && port <= 65_535) return port;
  throw new InterceptError('bad_usage', `"${text}" is not a port: a port is a number from 1 to 65535.`);
}

/** The name of a service's port. */
export function toPortName(text: string): string {
  if (isLabel(text)) return text;
  throw new InterceptError('bad_usage', `"${text}" is not the name of a port: a name has lower-case letters, digits and inner hyphens.`);
}

/** The name of a namespace. */
export function toNamespace(text: string): string {
  if (isLabel(text)) return text;
  throw new InterceptError(
    'bad_usage',
    `"${text}" is not the name of a namespace: a name has lower-case letters, digits and inner hyphens.`,
  );
}

/** A duration of at least `minMs`, as milliseconds. */
export function toDuration(minMs: number): (text: string) => number {
  return (text) => {
    const durationMs = parseDuration(text);
    if (durationMs !== undefined && durationMs >= minMs) return durationMs;
    throw new InterceptError('bad_usage', `"${text}" is not a duration of at least ${formatDuration(minMs)}.`, {
      hint: 'Write it as 8h, 1h30m or 30s.',
    });
  };
}

/** The values of `--when-away`. */
export const whenAwayChoices: readonly WhenAway[] = ['fail', 'baseline'];

/** What becomes of requests while the session is away. */
export function toWhenAway(text: string): WhenAway {
  return oneOf(whenAwayChoices, text);
}

/** How requests reach the local process: through the session, or dialled by the manager itself. */
export type Lane = 'tunnel' | 'direct';

/** The values of `--lane`. */
export const laneChoices: readonly Lane[] = ['tunnel', 'direct'];

/** How requests reach the local process. */
export function toLane(text: string): Lane {
  return oneOf(laneChoices, text);
}

/** One of a closed set of words. */
export function oneOf<T extends string>(choices: readonly T[], text: string): T {
  const found = choices.find((choice) => choice === text);
  if (found !== undefined) return found;
  throw new InterceptError('bad_usage', `"${text}" is none of ${choices.join(', ')}.`);
}

/** The address of a manager. */
export function toManagerUrl(text: string): URL {
  const url = URL.parse(text);
  if (url !== null && (url.username !== '' || url.password !== '')) {
    // It may be a password that works, and output is kept.
    throw new InterceptError('bad_usage', 'The address of a manager has no user and no password in it.', {
      hint: 'Write it as http://HOST:PORT or https://HOST:PORT; what proves who you are is a token: --token-file.',
    });
  }
  const whole = url !== null && (url.protocol === 'http:' || url.protocol === 'https:') && url.pathname === '/' && url.search === '';
  if (whole) return url;
  throw new InterceptError('bad_usage', `"${text}" is not the address of a manager.`, {
    hint: 'Write it as http://HOST:PORT or https://HOST:PORT.',
  });
}

/** Text that may be anything. */
export function toText(text: string): string {
  return text;
}

/** `SERVICE`, `SERVICE=PORT` or `SERVICE=HOST:PORT`. */
export interface ServiceMapping {
  readonly service: ServiceName;
  readonly local: Address | undefined;
}

/** What `up` is told about one service. */
export function toServiceMapping(text: string): ServiceMapping {
  const [name = '', ...rest] = text.split('=');
  const service = parseServiceName(name);
  if (rest.length === 0) return { service, local: undefined };
  const [, host = 'localhost', port = ''] = /^(?:(.+):)?([^:]*)$/.exec(rest.join('=')) ?? [];
  return { service, local: { host: host.replace(/^\[(.*)\]$/, '$1'), port: toPort(port) } };
}
