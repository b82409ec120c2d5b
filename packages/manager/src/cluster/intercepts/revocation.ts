import { revokedAnnotation, type Intercept as InterceptObject } from '@switchyard/kube';

/** Who revoked an intercept may say this much. */
const shownLength = 256;

/**
 * Who revoked the intercept of `object` and why, as the end of a sentence (`ops: too much load.`); undefined where nobody did. The API
 * server lets only those write the annotation who may revoke; what is not as `intercept` writes it, still revokes.
 */
export function readRevocation({ metadata: { annotations } }: Pick<InterceptObject, 'metadata'>): string | undefined {
  const text = annotations?.[revokedAnnotation];
  if (text === undefined) return undefined;
  const { by, reason } = parse(text);
  const who = by ?? 'somebody who may revoke intercepts';
  return reason === undefined ? `${who}.` : `${who}: ${reason.replace(/[.\s]+$/, '')}.`;
}

function parse(text: string): { readonly by?: string | undefined; readonly reason?: string | undefined } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return {};
  }
  if (typeof value !== 'object' || value === null) return {};
  return { by: toShown('by' in value ? value.by : undefined), reason: toShown('reason' in value ? value.reason : undefined) };
}

/** What a stranger wrote, for a terminal and a log. */
function toShown(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const shown = value
    .replaceAll(/\p{C}+/gu, ' ')
    .trim()
    .slice(0, shownLength);
  return shown === '' ? undefined : shown;
}
