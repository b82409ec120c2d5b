import { InterceptError, type Code } from '@switchyard/contract';
import type { Intercept, InterceptReason } from '@switchyard/kube';
import { cliLimits } from '../../limits.ts';
import { findCondition, toDate } from './intercept-object.ts';

/** How far an intercept has come, as its object says. */
export type Progress =
  /** It will never have effect. */
  | { readonly t: 'refused'; readonly error: InterceptError }
  /** The traffic of its service does not pass through the router; `message` says why, where the manager said so. */
  | { readonly t: 'unrouted'; readonly message: string | undefined }
  /** Somebody has to approve it first; `message` says who wants that, and how it is done. */
  | { readonly t: 'unapproved'; readonly message: string }
  /** It does, since the service was switched; the session is missing. */
  | ({ readonly t: 'routed' } & Switch)
  /** Requests arrive. */
  | ({ readonly t: 'ready' } & Switch);

/** The switch of a service to the router. */
export interface Switch {
  /** When every node knows of it, in the whole seconds that people are shown. */
  readonly since: Date | undefined;
  /** How long after the manager said that the service is routed that is; 0 where it was before. By the manager's clock alone. */
  readonly settlesMs: number;
}

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

/** Codes of the reasons that are no refusal of the Service itself. */
const refusals: Partial<Readonly<Record<InterceptReason, { readonly code: Code; readonly hint?: string }>>> = {
  KeyTaken: { code: 'route_conflict', hint: 'Use another key (--key), or ask its owner to share it with you and then say --join.' },
  MatchInvalid: { code: 'bad_usage', hint: 'Give other conditions.' },
  // What to do depends on the policy, and stands in the message.
  PolicyDenied: { code: 'not_allowed' },
  QuotaReached: { code: 'limit_reached' },
  Protected: { code: 'not_allowed', hint: 'Ask who protects it, or intercept another service.' },
  StandingDown: {
    code: 'service_unsupported',
    hint: 'Wait until it is over, or ask who began it: `intercept admin drain --undo` ends a drain.',
  },
  RightLost: { code: 'not_allowed', hint: 'Ask an administrator of the namespace for the right.' },
  LimitReached: { code: 'limit_reached', hint: 'End others first: `intercept down --all`.' },
  ServiceNotFound: { code: 'service_not_found', hint: 'See `intercept status` for those that there are.' },
  PortNotFound: { code: 'service_not_found', hint: 'See `intercept status` for those that there are.' },
  TargetRefused: { code: 'not_allowed', hint: 'Let the requests come through the tunnel: --lane tunnel.' },
};

/** What a reason of a condition means to who asked. */
export function toRefused(reason: InterceptReason, message: string): InterceptError {
  const { code, hint } = refusals[reason] ?? { code: 'service_unsupported' as const, hint: undefined };
  return new InterceptError(code, message, hint === undefined ? {} : { hint });
}
