import { drainAnnotation } from './names.ts';
import { readNote } from './note.ts';
import { describeWho, type Revocation } from './revocation.ts';

/** Nobody new may intercept in the namespace, and what is intercepted ends. */
export interface Drain extends Revocation {
  /** When what lives ends, epoch milliseconds. */
  readonly atMs: number;
}

/** What `drainAnnotation` says for `drain`. */
export function toDrainText({ by, reason, atMs }: Drain): string {
  return JSON.stringify({ by, reason, at: new Date(atMs).toISOString() });
}

/** What the Lease's annotations say of a drain; undefined where nobody asked for one. One that cannot be read is to be done at once. */
export function readDrain(annotations: Readonly<Record<string, string>>): Drain | undefined {
  const text = annotations[drainAnnotation];
  if (text === undefined) return undefined;
  const { by = 'somebody who may write the Lease', reason, at = '' } = readNote(text);
  const atMs = Date.parse(at);
  return { by, reason, atMs: Number.isNaN(atMs) ? 0 : atMs };
}

/** What owners are told of an intercept that a drain is to end, one sentence. */
export function describeDrain(drain: Drain): string {
  return `The namespace is drained by ${describeWho(drain)}; a renewal does not change that.`;
}
