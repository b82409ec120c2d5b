import type { Intercept } from './intercept.ts';
import { revokedAnnotation } from './names.ts';

/** Who ends an intercept in its owner's place, and why. */
export interface Revocation {
  /** The user's name. */
  readonly by: string;
  readonly reason?: string | undefined;
}

/** A name and a reason are shown up to this many characters. */
const shownLength = 256;

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
  const { by, reason } = parse(text);
  return { by: toShown(by) ?? 'somebody who may revoke intercepts', reason: toShown(reason) };
}

/** The sentence for the owner of the intercept `id`. */
export function describeRevocation(id: string, { by, reason }: Revocation): string {
  return `The intercept ${id} was ended by ${by}${reason === undefined ? '' : `: ${reason.replace(/[.\s]+$/, '')}`}.`;
}

function parse(text: string): { readonly by?: unknown; readonly reason?: unknown } {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}

/** What a stranger wrote, for a terminal and a log. */
function toShown(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const shown = value
    .slice(0, shownLength)
    .replaceAll(/\p{C}+/gu, ' ')
    .trim();
  return shown === '' ? undefined : shown;
}
