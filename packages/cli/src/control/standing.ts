import type { InterceptInfo } from '@switchyard/contract';
import { toPrintable } from '../printable.ts';
import type { ControlledIntercept } from './control.ts';

/** Whether it keeps its key from others: one that is refused does not, or whoever is allowed nothing could take every key. */
export function isPlaced({ waiting }: InterceptInfo): boolean {
  return waiting?.accepted !== false || waiting.reason === 'ApprovalPending';
}

/** What its requests wait for, as a word, or `Routed`; undefined where the manager tells nothing of the kind. */
export function toStanding({ routed, waiting }: ControlledIntercept): string | undefined {
  const reason = routed?.reason ?? waiting?.reason;
  return reason && toPrintable(reason);
}
