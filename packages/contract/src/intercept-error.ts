import { codes, type Code, type CodeRow } from './codes.ts';

/** What an error may carry besides code and message. */
export interface InterceptErrorOptions {
  /** What to do about it: one sentence, safe to show. */
  readonly hint?: string;
  /** The reason underneath. For logs only, never sent to a peer. */
  readonly cause?: unknown;
  /** Facts for machine-readable output, safe to show. */
  readonly detail?: Readonly<Record<string, string | number | boolean>>;
}

/**
 * The one error class. `code` decides behaviour; `message` is one sentence that is safe to show to the caller
 * (what happened and why); `hint` says what to do.
 */
export class InterceptError extends Error {
  static {
    this.prototype.name = 'InterceptError';
  }

  readonly code: Code;
  readonly hint: string | undefined;
  readonly detail: Readonly<Record<string, string | number | boolean>> | undefined;

  constructor(code: Code, message: string, options: InterceptErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
    this.detail = options.detail;
  }

  /** This code's row of the closed table. */
  get row(): CodeRow {
    return codes[this.code];
  }

  /** An `InterceptError` stays as it is; anything else becomes `internal` (or `fallback`) with the reason as cause. */
  static from(reason: unknown, fallback: Code = 'internal', message?: string): InterceptError {
    if (reason instanceof InterceptError) return reason;
    const text = message ?? (reason instanceof Error ? reason.message : String(reason));
    return new InterceptError(fallback, text, { cause: reason });
  }
}
