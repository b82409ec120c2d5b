/** Values of log fields. Never header values, bodies, tokens or query strings. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

/**
 * The log, as a port. `event` is a constant snake_case name; everything variable is a field.
 * Nothing per request is logged above `debug`.
 */
export interface Log {
  error(event: string, fields?: LogFields, cause?: unknown): void;
  warn(event: string, fields?: LogFields, cause?: unknown): void;
  info(event: string, fields?: LogFields): void;
  debug(event: string, fields?: LogFields): void;
  /** A log whose every line also carries `fields`. */
  with(fields: LogFields): Log;
}

const nothing = (): void => {};

/** Drops everything: the default of libraries and tests. */
export const silentLog: Log = { error: nothing, warn: nothing, info: nothing, debug: nothing, with: () => silentLog };
