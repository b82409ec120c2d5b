import type { Log, LogFields } from '@switchyard/contract';
import { pino } from 'pino';
import { toErrorFields, toErrorText } from './error-chain.ts';

/** Levels, the most important first. */
export const logLevels = ['error', 'warn', 'info', 'debug'] as const;
/** A line is written when its level is at least the log's. */
export type LogLevel = (typeof logLevels)[number];

/** `json` for machines, `text` for a terminal. */
export const logFormats = ['json', 'text'] as const;
/** One of `logFormats`. */
export type LogFormat = (typeof logFormats)[number];

/** Where finished lines go, each with its line feed. */
export interface LogDestination {
  write(line: string): void;
}

/** What a log is made of. */
export interface LogOptions {
  /** The program, in every line of the `json` format. */
  readonly name: string;
  readonly level: LogLevel;
  readonly format: LogFormat;
  /** Default: standard error, written synchronously, so that no line is lost when the process ends. */
  readonly destination?: LogDestination;
  /** The time of a line; default: the system's. */
  readonly date?: () => Date;
}

/** Writes one line; `fields` already include those of `Log.with`. */
type WriteLine = (level: LogLevel, event: string, fields: LogFields, cause: unknown) => void;

/**
 * A log for a program: one line per event. `json`: pino's, with `time` (ISO 8601), `level`, `name`, `event` and the fields.
 * `text`: `12:03:04 info  session_opened owner=alice client=laptop`, local time. An error comes with its chain of causes.
 */
export function createLog(options: LogOptions): Log {
  const destination = options.destination ?? pino.destination({ fd: 2, sync: true });
  const date = options.date ?? (() => new Date());
  const write = options.format === 'json' ? createJsonWriter(options, destination, date) : createTextWriter(destination, date);
  return createLevels(write, logLevels.indexOf(options.level), {});
}

function createLevels(write: WriteLine, threshold: number, bound: LogFields): Log {
  const at =
    (level: LogLevel) =>
    (event: string, fields?: LogFields, cause?: unknown): void => {
      if (logLevels.indexOf(level) <= threshold) write(level, event, { ...bound, ...fields }, cause);
    };
  return {
    error: at('error'),
    warn: at('warn'),
    info: at('info'),
    debug: at('debug'),
    with: (fields) => createLevels(write, threshold, { ...bound, ...fields }),
  };
}

function createJsonWriter({ name }: LogOptions, destination: LogDestination, date: () => Date): WriteLine {
  const logger = pino(
    {
      level: 'debug',
      base: { name },
      messageKey: 'event',
      timestamp: () => `,"time":"${date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination,
  );
  return (level, event, fields, cause) => logger[level](cause === undefined ? fields : { ...fields, error: toErrorFields(cause) }, event);
}

function createTextWriter(destination: LogDestination, date: () => Date): WriteLine {
  return (level, event, fields, cause) => {
    const parts = [toClockTime(date()), level.padEnd(5), event];
    for (const [name, value] of Object.entries(fields)) {
      if (value !== undefined) parts.push(`${name}=${toFieldText(value)}`);
    }
    if (cause !== undefined) parts.push(`error=${toFieldText(toErrorText(cause))}`);
    destination.write(`${parts.join(' ')}\n`);
  };
}

function toClockTime(date: Date): string {
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => String(part).padStart(2, '0')).join(':');
}

/** A value as one word: quoted where it is not plainly one, so that no value can fake a field or a line. */
function toFieldText(value: string | number | boolean): string {
  const text = String(value);
  return /^[\w.:/@%+,*[\]-]+$/.test(text) ? text : JSON.stringify(text);
}
