import type { Intercept } from '@switchyard/kube';
import { cliLimits } from '../../limits.ts';
import { toRefused, type Progress } from '../progress.ts';
import { findCondition, toDate } from './intercept-object.ts';

/** Clocks that disagree must not keep anybody waiting. */
const mostSettlingMs = cliLimits.routeSettleMs.value;

/** Reads an object's conditions in their order: a later one says nothing while an earlier one does not hold. */
export function readProgress(object: Intercept): Progress {
  const accepted = findCondition(object, 'Accepted');
  // Somebody else's word may come at any time.
  if (accepted?.reason === 'ApprovalPending') return { t: 'unapproved', message: accepted.message };
  if (accepted?.status === 'False') return { t: 'refused', error: toRefused(accepted.reason, accepted.message) };
  if (accepted?.status !== 'True') return { t: 'unrouted', message: accepted?.message };
  const routed = findCondition(object, 'Routed');
  if (routed?.status !== 'True') return { t: 'unrouted', message: routed?.message };
  const session = findCondition(object, 'SessionReady');
  if (session?.status === 'False' && session.reason === 'TargetRefused')
    return { t: 'refused', error: toRefused('TargetRefused', session.message) };
  const exact = toDate(object.status?.routedSince);
  const since = exact && new Date(Math.ceil(exact.getTime() / 1_000) * 1_000);
  const leftMs = (exact?.getTime() ?? 0) - Date.parse(routed.lastTransitionTime);
  const settlesMs = leftMs > 0 ? Math.min(leftMs, mostSettlingMs) : 0;
  return { t: session?.status === 'True' ? 'ready' : 'routed', since, settlesMs };
}
