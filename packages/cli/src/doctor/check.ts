import { InterceptError } from '@switchyard/contract';
import type { Subject } from './subject.ts';

/** What a check found. */
export interface Finding {
  readonly state: 'ok' | 'warn' | 'fail' | 'skipped';
  /** What was seen, or why nothing was looked at: a clause. */
  readonly says: string;
  /** What to do about it; with `warn` and `fail`. */
  readonly todo?: string;
}

/** One thing to look at, as data. `run` may reject: what it needs is not there, and the check is skipped. */
export interface Check {
  readonly id: string;
  /** A word or two for people. */
  readonly title: string;
  run(subject: Subject): Promise<Finding>;
}

/** All is well. */
export function ok(says: string): Finding {
  return { state: 'ok', says };
}

/** It works, and may surprise. */
export function warn(says: string, todo: string): Finding {
  return { state: 'warn', says, todo };
}

/** It does not work. */
export function fail(says: string, todo: string): Finding {
  return { state: 'fail', says, todo };
}

/** There was nothing to look at. */
export function skipped(says: string): Finding {
  return { state: 'skipped', says };
}

/** A failure as what a check found. */
export function toFinding(reason: unknown): Finding {
  const { code, message, hint } = InterceptError.from(reason);
  return fail(message.replace(/\.$/, ''), hint ?? `docs/reference/errors.md says what ${code} means.`);
}
