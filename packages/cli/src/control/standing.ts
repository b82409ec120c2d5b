import type { InterceptInfo } from '@switchyard/contract';
import type { InterceptReason } from '@switchyard/kube';
import { toPrintable } from '../printable.ts';
import type { ControlledIntercept } from './control.ts';

/** Reasons for which an intercept keeps nothing from others: whoever is allowed nothing could take every key. */
const holdingNothing: ReadonlySet<string> = new Set<InterceptReason>([
  'KeyTaken',
  'LimitReached',
  'QuotaReached',
  'PolicyDenied',
  'MatchInvalid',
  'RightLost',
]);

/** Whether it keeps its key from others; one whose Service is missing does, and so does one that waits for an approval. */
export function isPlaced({ waiting }: InterceptInfo): boolean {
  return waiting === undefined || !holdingNothing.has(waiting.reason);
}

/** What its requests wait for, as a word, or `Routed`; undefined where the manager tells nothing of the kind. */
export function toStanding({ routed, waiting }: ControlledIntercept): string | undefined {
  const reason = routed?.reason ?? waiting?.reason;
  return reason && toPrintable(reason);
}
