import type { Intercept } from './intercept.ts';
import { revokedAnnotation } from './names.ts';
import { readNote } from './note.ts';

/** Who ends an intercept in its owner's place, and why. */
export interface Revocation {
  /** The user's name. */
  readonly by: string;
  readonly reason?: string | undefined;
}

/** What `revokedAnnotation` says for `revocation`. */
export function toRevocationText({ by, reason }: Revocation): string {
  return JSON.stringify({ by, reason });
}

/**
 * Who revoked the intercept of `object` and why; undefined where nobody did. The API server lets only those write the annotation who may
 * revoke; what is not written as `toRevocationText` does, still revokes.
 */
export function readRevocation({ metadata: { annotations } }: Pick<Intercept, 'metadata'>): Revocation | undefined {
  const text = annotations?.[revokedAnnotation];
  if (text === undefined) return undefined;
  const { by = 'somebody who may revoke intercepts', reason } = readNote(text);
  return { by, reason };
}

/** The sentence for the owner of the intercept `id`. */
export function describeRevocation(id: string, { by, reason }: Revocation): string {
  return `The intercept ${id} was ended by ${describeWho({ by, reason })}.`;
}

/** Who did it and why, without a full stop: `ops: load test`. */
export function describeWho({ by, reason }: Revocation): string {
  return reason === undefined ? by : `${by}: ${reason.replace(/[.\s]+$/, '')}`;
}
